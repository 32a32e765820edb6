"""Claiming imported comments: they become the member's, as if written here."""

from contextlib import suppress

import msgspec

from parley.discussion.threads.queries import lock_thread
from parley.discussion.votes.ops import cast_vote
from parley.own_data.comment_claims.queries import OF_MEMBER, address_of
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.events.event_log import emit_each
from parley.platform.http.access import Viewer, refuse_unverified

# At once; each is an event.
MOST_AT_ONCE = 500
SELECT_CLAIMABLE = f"""
select thread, claim, array_agg(id) as ids from (
  select c.thread, c.claim, c.id from {OF_MEMBER} c order by c.thread, c.id limit {MOST_AT_ONCE}
) c group by thread, claim order by thread, claim
"""  # noqa: S608 constants only
TAKE_COMMENTS = """
update comment set author = $1, imported_author = null
where id = any($2::bigint[]) and author is null and state = 'visible' returning id
"""
FORGET_ADDRESSES = "delete from imported_address where comment = any($1::bigint[])"
RECORD_COMMENTS = "update imported_claim set comments = comments || $2::bigint[] where id = $1"
SELECT_OWN_VOTES = "select comment, axis from vote where member = $1 and comment = any($2::bigint[])"


class ClaimableInThread(msgspec.Struct, frozen=True):
    """Comments of a thread that are the member's by their address or by a confirmed `claim`."""

    thread: int
    claim: int | None
    ids: list[int]


class OwnVote(msgspec.Struct, frozen=True):
    comment: int
    axis: str


async def claim(viewer: Viewer) -> int:
    """Make the viewer's imported comments theirs, and return how many: at most MOST_AT_ONCE at once.

    These are the comments with their address, and those of authors whom a moderator confirmed them to be. Their own
    votes on these comments are taken back, except in archived threads, which do not change.
    Raises Forbidden unless they have confirmed their address.
    """
    address = await address_of(viewer.id)
    if not address:
        refuse_unverified(viewer)
    return await take(viewer, address)


async def take(viewer: Viewer, addresses: list[bytes]) -> int:
    """Do what `claim` does. `addresses` are hashes of the viewer's."""
    rows = await db.fetch(ClaimableInThread, SELECT_CLAIMABLE, addresses, viewer.id)
    return sum([len(await _take_in(viewer, row)) for row in rows])


async def _take_in(viewer: Viewer, claimable: ClaimableInThread) -> list[int]:
    """Take the comments of one thread, in a transaction of their own: nobody can post in the thread meanwhile."""
    async with db.atomic():
        await lock_thread(claimable.thread)
        return await _take_comments(viewer, claimable)


async def _take_comments(viewer: Viewer, claimable: ClaimableInThread) -> list[int]:
    for vote in await db.fetch(OwnVote, SELECT_OWN_VOTES, viewer.id, claimable.ids):
        with suppress(Refused):
            await cast_vote(viewer=viewer, comment=vote.comment, axis=vote.axis, value=None)
    taken: list[int] = await db.values(TAKE_COMMENTS, viewer.id, claimable.ids)
    await db.execute(FORGET_ADDRESSES, taken)
    if claimable.claim is not None:
        await db.execute(RECORD_COMMENTS, claimable.claim, taken)
    await emit_each("comment.edited", thread=claimable.thread, comments=sorted(taken), actor=viewer.id)
    return taken
