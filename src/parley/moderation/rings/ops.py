"""Judging a voting ring."""

from parley.moderation.decisions import rules
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.rings.tables import VoteRing
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.text.messages import N_


async def dismiss(viewer: Viewer, ring: int) -> None:
    """Dismiss a group, which is not a ring: it is not shown again.

    Raises NotFound if it is not shown now, Forbidden for a moderator who belongs to it.
    """
    async with db.atomic():
        members = await db.value(VoteRing.select(VoteRing.members).where(VoteRing.id == ring)) or []
        rules.require_decision_allowed(viewer, viewer.id if viewer.id in members else None, set())
        shown = VoteRing.update({VoteRing.dismissed_at: db.NOW, VoteRing.dismissed_by: viewer.id}).where(
            VoteRing.id == ring, VoteRing.dismissed_at.is_null()
        )
        if not await shown.returning(VoteRing.id):
            raise NotFound(N_("This group is not listed any more: it was found anew, or another moderator judged it."))
        await modlog.write(viewer, Entry("ring.dismiss", "ring", ring))
