"""The lines that are copied along with an article: byline, reading time, share buttons, related posts."""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import dateparser  # type: ignore[import-untyped]
import msgspec

from parley.extraction.metadata.names import BY, ROLES, names_in

_MONTH = r"[^\W\d]{3,10}\.?"
_DATE = (
    r"(?P<date>\d{4}-\d\d-\d\d|\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]|\d{1,2}[./]\d{1,2}[./]\d{4}"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}\.?\s+{_MONTH},?\s+\d{{4}})"
)
_UPDATED = re.compile(rf"(?:last\s+)?(?:updated|modified|revised|edited)(?:\s+on)?\s*:?\s*{_DATE}", re.IGNORECASE)
_PUBLISHED = re.compile(rf"(?:(?:first\s+)?(?:published|posted)(?:\s+on)?\s*:?\s*)?{_DATE}", re.IGNORECASE)
_NOISE = re.compile(
    r"\d+\s*-?\s*min(?:ute)?s?(?:\s+read)?"
    r"|[\d.,]+\s*k?\s*(?:views?|comments?|likes?|shares?|claps?|reads?)"
    r"|share(?:\s+(?:this(?:\s+(?:article|post|story))?|on\s+\w+))?|tweet|print|copy\s+link|save|listen|subscribe"
    r"|facebook|twitter|linkedin|whatsapp|reddit|e-?mail|follow(?:\s+us)?|advertisement|sponsored|skip\s+to\s+content",
    re.IGNORECASE,
)
_BETWEEN_PARAGRAPHS = re.compile(r"(?:advertisement|sponsored|share|share\s+this(?:\s+\w+)?)\s*:?", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s:·•|,\u2013\u2014/-]*")
_NAME = re.compile(r"[^\W\d_][\w.'\u2019-]*(?: [^\W\d_][\w.'\u2019-]*){1,3}")
_TAIL = re.compile(
    r"(?:related(?:\s+(?:posts|articles|stories|reading|content))?|you\s+(?:may|might)\s+also\s+like"
    r"|read\s+next|more\s+(?:from|stories|articles|posts)\b.{0,40}|recommended(?:\s+\w+)?|about\s+the\s+authors?"
    r"|leave\s+a\s+(?:reply|comment)|(?:\d+\s+)?comments|share\s+this.{0,30}|tags|(?:tags:|filed\s+under).{0,120}"
    r"|subscribe.{0,60}|newsletter)\s*:?",
    re.IGNORECASE,
)
_TAIL_WORDS = 120
_LONGEST_BYLINE = 90
_PARTS = re.compile(r"\s*[\u00b7\u2022|,\n]\s*|\s[\u2013\u2014-]\s")
_SENTENCE = re.compile(r"(?<!\b[^\W\d_])[.!?\u2026\u3002:]$")
# A longer first line belongs to the article, whose title was not copied.
_LONGEST_TITLE = 200


class TopLines(msgspec.Struct):
    """What the lines above an article contain."""

    title: str
    byline: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def where(self) -> dict[str, str]:
        places = {"byline": "byline", "published_at": "text", "updated_at": "text"}
        return {name: where for name, where in places.items() if getattr(self, name)}


def read_top(lines: Sequence[str]) -> tuple[TopLines, int]:
    """Read the title (the first line that is no noise) and the lines after it. Also return how many lines that were."""
    first = next((at for at, line in enumerate(lines) if line and not is_noise(line)), 0)
    if len(lines[first]) > _LONGEST_TITLE:
        return TopLines(title=""), first
    top = TopLines(title=lines[first])
    below = [(at, line) for at, line in enumerate(lines) if at > first and line]
    for (at, line), (_, following) in pairwise([*below, (len(lines), "")]):
        if line != top.title and not _read_byline(top, line, following) and not _read_facts(top, line):
            return top, at
    return top, len(lines)


def read_tail(blocks: Sequence[str], byline: tuple[str, ...]) -> int:
    """The index at which the article ends and a short tail begins: "Related posts", the author again, or the like."""
    words = 0
    end = len(blocks)
    for at in range(len(blocks) - 1, 0, -1):
        words += len(blocks[at].split())
        if words > _TAIL_WORDS:
            break
        if _TAIL.fullmatch(blocks[at]) or _without_repetition(blocks[at]) in byline:
            end = at
    return end


def is_noise(line: str) -> bool:
    """Whether a line between paragraphs belongs to the page and not to the article."""
    return bool(_BETWEEN_PARAGRAPHS.fullmatch(line))


def facts_in(line: str) -> TopLines | None:
    """The dates in a line that has nothing besides but a reading time or such noise; None for any other line."""
    facts = TopLines("")
    return facts if _read_facts(facts, line) else None


def _read_byline(top: TopLines, line: str, following: str) -> bool:
    name = _without_repetition(line)
    first, *others = _PARTS.split(name)
    is_repeated = name != line and _NAME.fullmatch(name)
    if not (is_repeated or _is_marked(line) or _is_dated(first, name[len(first) :] or following)):
        return False
    if names := names_in(name, single=True):
        top.byline = top.byline or tuple(names)
        for part in (name[len(first) :], *others):
            _read_facts(top, part)
    return bool(names)


def _is_dated(name: str, following: str) -> bool:
    """Whether this is a name, followed by the facts that stand beside a byline."""
    return bool(_NAME.fullmatch(name)) and _is_in_title_case(name) and _read_facts(TopLines(""), following)


def _is_marked(line: str) -> bool:
    """Whether a line says that it is a byline, by "By" or a role, in any language that we know."""
    return len(line) <= _LONGEST_BYLINE and not _SENTENCE.search(line) and bool(BY.match(line) or ROLES.search(line))


def _is_in_title_case(name: str) -> bool:
    return name.istitle() or (not name.isascii() and name.casefold() == name.upper())


def _without_repetition(line: str) -> str:
    """A name that was copied twice, with the caption of its picture: "Sam TorresSam Torres"."""
    half = line[: len(line) // 2].strip()
    return half if half and line in (half * 2, f"{half} {half}") else line


def _read_facts(top: TopLines, line: str) -> bool:
    """Read dates from a line such as "4 min read, updated March 16, 2026". Return False for any other line."""
    rest = line
    if updated := _UPDATED.search(rest):
        rest = rest.replace(updated[0], "", 1)
    if published := _PUBLISHED.search(rest):
        rest = rest.replace(published[0], "", 1)
    if not _SEPARATORS.fullmatch(_NOISE.sub("", rest)):
        return False
    top.updated_at = top.updated_at or (_as_date(updated["date"]) if updated else None)
    top.published_at = top.published_at or (_as_date(published["date"]) if published else None)
    return True


def _as_date(text: str) -> datetime | None:
    settings = {
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "REQUIRE_PARTS": ["day", "month", "year"],
    }
    moment: datetime | None = dateparser.parse(text, settings=settings)
    return moment
