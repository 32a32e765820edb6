"""Judging a voting ring."""

from parley.core import db
from parley.core.errors import NotFound
from parley.core.http.access import Viewer
from parley.core.text.messages import N_
from parley.modlog import ops as modlog
from parley.modlog.ops import Entry

DISMISS_RING = """
update vote_ring set dismissed_at = now(), dismissed_by = $2 where id = $1 and dismissed_at is null returning id
"""


async def dismiss(viewer: Viewer, ring: int) -> None:
    """Judge that a group is no ring: it is not shown again. Raises NotFound if it is not shown now."""
    async with db.atomic():
        if await db.value(DISMISS_RING, ring, viewer.id) is None:
            raise NotFound(N_("This group is not listed any more: it was found anew, or another moderator judged it."))
        await modlog.write(viewer, Entry("ring.dismiss", "ring", ring))
