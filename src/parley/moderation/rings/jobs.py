"""The worker's job: finding voting rings once a day."""

import asyncio

from parley.moderation.rings import finding
from parley.moderation.rings.finding import Upvotes
from parley.moderation.rings.tables import VoteRing
from parley.platform import db

DAYS = 30
SELECT_UPVOTES = """
select v.member, c.author, count(*) as votes, count(distinct v.thread) as threads
from vote v join comment c on c.id = v.comment
where v.axis = 'quality' and v.value = 1 and v.counted and v.changed_at > now() - $1 * interval '1 day'
  and c.author <> v.member
group by 1, 2
"""
# A group that moderators judged to be no ring is not shown again, and neither is a part of it.
IS_DISMISSED = "select exists(select from vote_ring where dismissed_at is not null and members @> $1::bigint[])"


async def find_rings() -> int:
    """Find the rings of the last thirty days anew, and return their number."""
    upvotes = await db.fetch(Upvotes, SELECT_UPVOTES, DAYS)
    rings = await asyncio.to_thread(finding.find, upvotes)
    async with db.atomic():
        await VoteRing.delete().where(VoteRing.dismissed_at.is_null())
        new = [ring for ring in rings if not await db.value(IS_DISMISSED, ring.members)]
        for ring in new:
            row = VoteRing(members=ring.members, share=ring.share, share_of_others=ring.share_of_others)
            await VoteRing.insert(row)
    return len(new)
