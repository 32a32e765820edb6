"""Which verdicts readers see, and in which order statements are offered to them. Pure functions."""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from parley.discussion.comments.published_answers import STEP
from parley.discussion.opinion_model.analysis import COMMON, Verdict

REPRESENTATIVE = 3


class VerdictHistory(msgspec.Struct, frozen=True):
    """What readers see of a statement, and the verdict that waits for a second day."""

    shown: Verdict = "unknown"
    waiting: Verdict | None = None
    since: date | None = None
    asked: int = 0  # asked answers when the waiting verdict was first found
    looked_at: int = 0  # answers when what is shown could change last


def next_verdict(history: VerdictHistory, verdict: Verdict, answers: int, asked: int, today: date) -> VerdictHistory:
    """Return the history after an analysis found a verdict, given how many answers there are and how many were asked.

    What readers see changes only after STEP answers came or went. If a verdict followed every answer, somebody who
    watches it would learn the last one.
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
    """Return the history without the wait for a step.

    Verdicts in COMMON wait for a later day with new asked answers, and every analysis until then must find the same:
    then one evening of coordinated answers is not enough.
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
