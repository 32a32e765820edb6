"""Claims: a lease of ten minutes on one item per moderator, so that two do not review the same item."""

from parley.moderation.decisions.rules import CLAIM_MINUTES, Stale
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.modqueue.queries import IN_ORDER, IS_BEHIND, IS_CHOSEN
from parley.moderation.reports import ops as reports
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.text.messages import N_

# Ordered by id: two moderators who swap items must not deadlock.
LOCK_ITEMS = """
select id from queue_item where state = 'open' and (id = $2 or claimed_by = $1) order by id for update
"""
RELEASE_CLAIMS = """
update queue_item set claimed_by = null, claimed_until = null
where id in (select id from queue_item where state = 'open' and claimed_by = $1 and id <> $2 order by id for update)
"""
CLAIM_ITEM = """
update queue_item set claimed_by = $1, claimed_until = now() + $3 * interval '1 minute'
where id = $2 and state = 'open' and (claimed_by is null or claimed_by = $1 or claimed_until <= now())
"""
SELECT_NEXT_ITEM = f"""
select i.id from queue_item i left join queue_item a on a.id = $12
where {IS_CHOSEN} and {IS_BEHIND} and (i.claimed_by is null or i.claimed_by = $1 or i.claimed_until <= now())
{IN_ORDER} limit 1 for update of i skip locked
"""  # noqa: S608 constants only


async def claim(viewer: Viewer, item: int) -> None:
    """Claim an item and release any other. Raises Stale when it is decided or another moderator has it."""
    async with db.atomic():
        open_items = await db.values(LOCK_ITEMS, viewer.id, item)
        if item not in open_items:
            raise Stale(N_("This has been decided in the meantime."))
        if not await db.execute(CLAIM_ITEM, viewer.id, item, CLAIM_MINUTES):
            raise Stale(N_("Another moderator is reviewing this right now. Take another one, or wait a moment."))
        await db.execute(RELEASE_CLAIMS, viewer.id, item)
        await reports.notify_queue()


async def release(viewer: Viewer) -> None:
    await db.execute(RELEASE_CLAIMS, viewer.id, 0)
    await reports.notify_queue()


async def take_next(viewer: Viewer, wanted: QueueFilter, after: int) -> int | None:
    """Claim the next free item after `after`, and release any other; None where there is none."""
    async with db.atomic():
        await release(viewer)
        item: int | None = await db.value(SELECT_NEXT_ITEM, viewer.id, *wanted.values, after)
        if item is not None:
            await db.execute(CLAIM_ITEM, viewer.id, item, CLAIM_MINUTES)
        return item
