"""The kept number of what a member has not read that is addressed to them, which every page and stream shows.

A number is valid until something changes that it depends on, which a trigger records in the same transaction
(schema.sql), and for an hour at most: votes on a comment with reports also decide whether it is shown. Then whoever
needs it counts again.
"""

from collections.abc import Collection, Sequence

import msgspec
import structlog
from asyncpg import QueryCanceledError

from parley.letters.notifications.queries import COUNT_UNREAD
from parley.letters.notifications.tables import UnreadCount
from parley.moderation.decisions.rules import UNDO_SECONDS
from parley.people.accounts.sessions import UNREAD_HOLDS
from parley.platform import db
from parley.platform.events import attempts

log = structlog.get_logger(__name__)

VALID_SECONDS = 3_600
BATCH = 500

# As a subselect, so that PostgreSQL plans once and not anew for each list, which took longer than counting.
MEMBERS = "(select $1::bigint[])"
SELECT_VALID = f"""
select u.member, u.notifications as unread from unread_count u
where u.member = any({MEMBERS}::bigint[]) and {UNREAD_HOLDS}
"""  # noqa: S608 constants only
_ENDS = " union all ".join(
    f"select muted_until from {table} o where o.member = wanted.member and o.muted_until > now()"  # noqa: S608 constants
    for table in ("block", "follow", "topic_follow", "muted_word")
)
NEXT_END = f"(select min(muted_until) from ({_ENDS}) mute)"  # noqa: S608 constants only
# All in one snapshot: what is committed later has a change that is not deleted here. Of two who count at once, the
# number of the later one stays. A decision is shown once it can no longer be undone, what a mute hides once it ends.
RECOUNT = f"""
with seen as (
    delete from unread_change where id in (
        select id from unread_change where member = any({MEMBERS}::bigint[]) order by id for update skip locked)
)
insert into unread_count as u (member, notifications, counted_at, valid_until)
select wanted.member, ({COUNT_UNREAD.format("wanted.member")}), now(), least(
    now() + interval '{VALID_SECONDS} seconds',
    (select min(d.created_at) + interval '{UNDO_SECONDS} seconds 1 millisecond' from (
        select o.decision from notification o where o.member = wanted.member order by o.id desc limit 20
    ) newest join decision d on d.id = newest.decision and d.created_at > now() - interval '{UNDO_SECONDS} seconds'),
    {NEXT_END})
from unnest({MEMBERS}) wanted(member) join member m on m.id = wanted.member order by wanted.member
on conflict (member) do update set
    notifications = case when u.counted_at > excluded.counted_at then u.notifications else excluded.notifications end,
    valid_until = case when u.counted_at > excluded.counted_at then u.valid_until else excluded.valid_until end,
    counted_at = greatest(u.counted_at, excluded.counted_at)
returning member, notifications as unread
"""  # noqa: S608 constants only
SELECT_DIFFERING = f"""
select u.member from unread_count u
where u.member > $1 and u.member <= $2 and {UNREAD_HOLDS} and u.notifications <> ({COUNT_UNREAD.format("u.member")})
order by u.member
"""  # noqa: S608 constants only


class MemberUnreadCount(msgspec.Struct, frozen=True):
    member: int
    unread: int


async def unread(member: int) -> int:
    """Return how many notifications of a member are unread: 0 for somebody who is not a member any more."""
    return (await unread_of_all([member])).get(member, 0)


async def last_counted(member: int) -> int:
    """Return the number that was kept last, whether it holds or not; count where there is none."""
    kept = await db.value(UnreadCount.select(UnreadCount.notifications).where(UnreadCount.member == member))
    return await unread(member) if kept is None else kept


async def unread_of_all(members: Collection[int]) -> dict[int, int]:
    """Return the number of unread notifications of each of these members, without those who have none."""
    counts = {row.member: row.unread for row in await db.fetch(MemberUnreadCount, SELECT_VALID, list(members))}
    if others := sorted(set(members) - counts.keys()):
        counts |= await recount(others)
    return {member: count for member, count in counts.items() if count}


async def recount(members: Sequence[int]) -> dict[int, int]:
    """Count the unread notifications of these members, in order, and keep the numbers.

    Where PostgreSQL cancels the statement for its time, each half is counted alone, so that a few members who take it
    long do not keep the numbers from all others. One who alone takes too long has none, and is logged.
    """
    try:
        return {row.member: row.unread for row in await db.fetch(MemberUnreadCount, RECOUNT, list(members))}
    except QueryCanceledError:
        if len(members) == 1:
            log.exception("unread notifications of a member not counted in time", member=members[0])
            return {}
        half = len(members) // 2
        return await recount(members[:half]) | await recount(members[half:])


async def check() -> int:
    """Count again for all members, repair and log differences, and return how many members had one."""
    last = await db.value("select coalesce(max(member), 0) from unread_count")
    differing = sum(await attempts.each("unread counts", range(0, last, BATCH), _check, in_transaction=False))
    log.info("unread counts checked", members=last, differing=differing)
    return differing


async def _check(above: int) -> int:
    differing = await db.values(SELECT_DIFFERING, above, above + BATCH)
    return len(await attempts.each("unread counts to repair", differing, _repair))


async def _repair(member: int) -> None:
    log.error("unread count differs from a recount", member=member)
    await recount([member])
