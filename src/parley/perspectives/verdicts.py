"""Which verdicts readers see, and in which order statements are offered to them. Pure functions."""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from parley.perspectives.analysis import Verdict

# These two are shown only when they are found on two days, with new asked answers in between.
COMMON: tuple[Verdict, ...] = ("common-ground", "rejected")
REPRESENTATIVE = 3


class VerdictHistory(msgspec.Struct, frozen=True):
    """What readers see of a statement, and the verdict that waits for a second day."""

    shown: Verdict = "unknown"
    waiting: Verdict | None = None
    since: date | None = None
    asked: int = 0  # asked answers when the waiting verdict was first found


def next_verdict(history: VerdictHistory, found: Verdict, asked: int, today: date) -> VerdictHistory:
    """Return the history after an analysis found a verdict, when the statement has this many asked answers.

    Common ground and what all reject wait for a later day with new asked answers, and for every analysis until then to
    find the same: a brigade has to last, and one lucky hour is not enough. All else is shown at once.
    """
    if found not in COMMON or found == history.shown:
        return VerdictHistory(shown=found)
    if found != history.waiting or history.since is None:
        return VerdictHistory(waiting=found, since=today, asked=asked)
    if today > history.since and asked > history.asked:
        return VerdictHistory(shown=found)
    return history


def representative(ranked: Iterable[str], authors: Mapping[str, int]) -> list[str]:
    """Return the first three of a group's statements, at most one by each author."""
    chosen: dict[int, str] = {}
    for statement in ranked:
        chosen.setdefault(authors[statement], statement)
    return list(chosen.values())[:REPRESENTATIVE]
