"""What each computation of a map changed. Everybody can read which verdicts came and went."""

from datetime import datetime

import msgspec

from parley.discussion.opinion_map.published import PublicationState
from parley.discussion.opinion_model.analysis import Analysis, Gate, Reason, Verdict


class MapChange(msgspec.Struct, frozen=True):
    """What a computation changed: the gate if it was measured, and the verdicts that came or went (`now` is None)."""

    at: datetime
    reason: Reason | None
    gate: Gate
    verdicts: dict[str, Verdict | None] = {}


def changes(
    now: datetime, analysis: Analysis, previous: Analysis | None, before: PublicationState, after: PublicationState
) -> list[MapChange]:
    """Return what changed, in a list that is empty if nothing did."""
    names = before.verdicts.keys() | after.verdicts.keys()
    verdicts = {
        name: after.verdicts.get(name)
        for name in sorted(names)
        if before.verdicts.get(name) != after.verdicts.get(name)
    }
    same = previous is not None and previous.gate == analysis.gate and previous.reason == analysis.reason
    return [] if same and not verdicts else [MapChange(now, analysis.reason, analysis.gate, verdicts)]
