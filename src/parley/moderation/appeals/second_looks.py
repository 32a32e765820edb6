"""Second looks: a moderator judges a comment without knowing another's decision (moderation-proofs.md R10)."""

from parley.moderation.appeals import second_look_queries
from parley.moderation.appeals.tables import SecondLook
from parley.moderation.decisions.rules import JUDGEMENTS, Stale
from parley.platform.errors import Refused
from parley.platform.http.access import Viewer
from parley.platform.text.messages import N_


async def save_judgement(viewer: Viewer, decision: int, judgement: str | None) -> None:
    """Save what a moderator would have decided. The decision stays as it is.

    Raises Refused for an unknown judgement, Stale where the decision no longer waits for a second look by them.
    """
    if judgement not in JUDGEMENTS:
        raise Refused(N_("Please choose what you would have done."))
    second_look = SecondLook(decision=decision, moderator=viewer.id, judgement=judgement)
    if await second_look_queries.decision_to_judge(viewer, decision) is None or not await _save(second_look):
        raise Stale(N_("This decision no longer needs a second look. Your judgement was not saved."))


async def _save(second_look: SecondLook) -> bool:
    """Insert a second look. Return False if the decision already has one."""
    return bool(await SecondLook.insert(second_look).on_conflict(SecondLook.decision, "DO NOTHING"))
