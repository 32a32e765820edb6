"""Judging a voting ring."""

from parley.core import db
from parley.core.errors import NotFound
from parley.core.http.access import Viewer
from parley.core.text.messages import N_
from parley.modlog import ops as modlog
from parley.modlog.ops import Entry
from parley.rings.tables import VoteRing


async def dismiss(viewer: Viewer, ring: int) -> None:
    """Judge that a group is no ring: it is not shown again. Raises NotFound if it is not shown now."""
    async with db.atomic():
        shown = VoteRing.update({VoteRing.dismissed_at: db.NOW, VoteRing.dismissed_by: viewer.id}).where(
            VoteRing.id == ring, VoteRing.dismissed_at.is_null()
        )
        if not await shown.returning(VoteRing.id):
            raise NotFound(N_("This group is not listed any more: it was found anew, or another moderator judged it."))
        await modlog.write(viewer, Entry("ring.dismiss", "ring", ring))
