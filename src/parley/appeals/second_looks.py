"""Second looks: a moderator judges a comment without knowing another's decision (moderation-proofs.md R10)."""

from parley.appeals import second_look_queries
from parley.appeals.tables import SecondLook
from parley.core.errors import Refused
from parley.core.http.access import Viewer
from parley.core.text.messages import N_
from parley.decisions.rules import JUDGEMENTS, Stale


async def answer(viewer: Viewer, decision: int, action: str | None) -> None:
    """Save what a moderator would have decided. The decision stays as it is.

    Raises Refused for an unknown action, Stale where the decision no longer waits for a second look by them.
    """
    if action not in JUDGEMENTS:
        raise Refused(N_("Please choose what you would have done."))
    case = await second_look_queries.next_decision(viewer, decision)
    if case is None or not await _save(SecondLook(decision=decision, moderator=viewer.id, action=action)):
        raise Stale(N_("This decision no longer needs a second look. Your answer was not saved."))


async def _save(look: SecondLook) -> bool:
    """Insert a second look, unless there is one of the same decision."""
    return bool(await SecondLook.insert(look).on_conflict(SecondLook.decision, "DO NOTHING"))
