"""The decision bar: which actions stand in it, with their keys, and what its form is filled with."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from parley.moderation.decisions.forms import one_line
from parley.moderation.decisions.rules import ACTIONS, APPEAL_DAYS, ON_THREAD, Action

KEYS = {"approve": "a", "ask": "e", "remove": "r", "bio": "r", "collapse": "c", "warn": "w", "escalate": "x"}
# The actions that stand in the bar beside "Keep it up", by the kind of the target; the others are under More.
FIRST = {"comment": ("ask", "remove", "collapse"), "article": ("remove", "text"), "member": ("bio", "warn")}
QUOTED = re.compile(r"[\u201c\u201e\u00ab\"]([^\u201c\u201d\u00bb\"]{3,300})[\u201c\u201d\u00bb\"]")
MOST_QUOTES = 5


class Bar(msgspec.Struct, frozen=True):
    """The bar about a target of this `kind` by `author`, None where nobody gets a letter.

    `likely` is the rule that is chosen at first, `suggested` its reason; `quotes` are words that a report or an
    automatic rule found wrong.
    """

    kind: str
    author: str | None
    first: list[Action]
    more: list[Action]
    keeps: bool
    likely: str | None
    suggested: str
    quotes: list[str]

    @property
    def appeal_until(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=APPEAL_DAYS)


def bar(
    kind: str,
    author: str | None,
    possible: Sequence[str],
    likely: str | None,
    reasons: Mapping[str, str],
    quotes: Sequence[str] = (),
) -> Bar:
    """The bar with these actions; those on the thread stand in the thread's head, which leads here to archive it."""
    offered = [name for name in possible if name not in ON_THREAD - {"archive"} and (name != "ask" or author)]
    first = [ACTIONS[name] for name in FIRST[kind] if name in offered]
    more = [ACTIONS[name] for name in offered if name != "approve" and ACTIONS[name] not in first]
    suggested = one_line(reasons.get(likely or "", ""))
    return Bar(kind, author, first, more, "approve" in offered, likely, suggested, list(quotes))


def offending_words(text: str, matched: Sequence[str], reports: Sequence[str]) -> list[str]:
    """The words of a text that an automatic rule matched or a report puts between quotation marks, each once."""
    named = [*matched, *(words for report in reports for words in QUOTED.findall(report))]
    found = [words.strip() for words in named if words.strip() and words.casefold() in text.casefold()]
    return list(dict.fromkeys(found))[:MOST_QUOTES]
