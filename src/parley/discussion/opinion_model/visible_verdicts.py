"""Which verdicts readers see, and in which order statements are offered to them. Pure functions."""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from parley.discussion.comments.publishing import STEP
from parley.discussion.opinion_model.analysis import Verdict

# These two are shown only when they are found on two days, with new asked answers in between.
COMMON: tuple[Verdict, ...] = ("common-ground", "rejected")
REPRESENTATIVE = 3


class VerdictHistory(msgspec.Struct, frozen=True):
    """What readers see of a statement, and the verdict that waits for a second day."""

    shown: Verdict = "unknown"
    waiting: Verdict | None = None
    since: date | None = None
    asked: int = 0  # asked answers when the waiting verdict was first found
    looked_at: int = 0  # answers when what is shown could change last


def next_verdict(history: VerdictHistory, verdict: Verdict, answers: int, asked: int, today: date) -> VerdictHistory:
    """Return the history after an analysis found a verdict, given its numbers of answers and of asked ones.

    What is shown changes only once STEP answers to the statement came or went since it last could. A verdict that
    followed every answer would tell the one that moved it to whoever watches.
    """
    after = _immediate(history, verdict, asked, today)
    if abs(answers - history.looked_at) >= STEP:
        return msgspec.structs.replace(after, looked_at=answers)
    if after.shown == history.shown:
        return msgspec.structs.replace(after, looked_at=history.looked_at)
    if verdict == history.waiting:
        return history
    return VerdictHistory(shown=history.shown, looked_at=history.looked_at)


def _immediate(history: VerdictHistory, verdict: Verdict, asked: int, today: date) -> VerdictHistory:
    """Return the history if it need not wait for a step.

    Common ground and what all reject wait for a later day with new asked answers, and for every analysis until then to
    find the same: a brigade has to last, and one lucky hour is not enough.
    """
    if verdict not in COMMON or verdict == history.shown:
        return VerdictHistory(shown=verdict)
    if verdict != history.waiting or history.since is None:
        return VerdictHistory(waiting=verdict, since=today, asked=asked)
    if today > history.since and asked > history.asked:
        return VerdictHistory(shown=verdict)
    return history


def representative(ranked: Iterable[str], authors: Mapping[str, int]) -> list[str]:
    """Return the first three of a group's statements, at most one by each author."""
    chosen: dict[int, str] = {}
    for statement in ranked:
        chosen.setdefault(authors[statement], statement)
    return list(chosen.values())[:REPRESENTATIVE]
