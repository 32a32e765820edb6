"""What a member has read of a thread, comment by comment.

All up to `visit.read_until` counts as read, and of the newer comments those in `visit.read`. A thread's first visit
begins there: what stood in it before is not new.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import msgspec

from parley.people.accounts.muted_words import HAS_MUTED_WORD
from parley.platform import db

# More ids of one thread are not kept: the oldest comments that were skipped then count as read.
MOST_READ = 1_000
MOST_PASSED = 2_500

# Hooks (site/hooks.py). Each is called with the member and the thread, and after reading with the ids of the comments.
AfterVisit = Callable[[int, int], Awaitable[None]]
AfterRead = Callable[[int, int, Sequence[int]], Awaitable[None]]
after_visit: list[AfterVisit] = []
after_read: list[AfterRead] = []

# A comment `c` that {member} could read and has not, where {visit} has the columns `read_until` and `read`.
UNREAD = """
c.created_at > {visit}.read_until and c.id <> all({visit}.read) and c.state = 'visible'
and c.author is distinct from {member}
and coalesce(c.author, 0) <> all(array(
    select other from block where member = {member} and coalesce(muted_until > now(), true)))
"""
# Comment `c` contains a word that {member} muted.
CONTAINS_MUTED_WORD = HAS_MUTED_WORD.replace("{text}", "concat_ws(' ', c.statement, c.body)")
IS_UNREAD = UNREAD.format(visit="v", member="v.member")
# Without those: they are not new to the member as long as the word is muted, but stay unread. The page shows more than
# 99 as "99+".
COUNT_UNREAD = f"""(
    select count(*) from (
        select from comment c where c.thread = v.thread and {IS_UNREAD}
        and not {CONTAINS_MUTED_WORD.format(member="v.member")} limit 100) counted
)"""  # noqa: S608 constants only
SELECT_VISIT = f"""
select v.read_until, v.read, v.passage, {COUNT_UNREAD} as unread from visit v where v.member = $1 and v.thread = $2
"""  # noqa: S608 constants only


# Up to when the page of a first visit had everything: it was made after event $2, and comments came since perhaps.
PAGE_TIME = """coalesce(
    (select created_at - interval '1 microsecond' from event
     where thread = t.id and seq > $2 and $2 > 0 and kind = 'comment.posted' order by seq limit 1), now())
"""
OPEN = f"""
insert into visit (member, thread, passage, seen_at, read_until)
select $1, t.id, $4, now(), coalesce(
    (select since from follow where member = $1 and thread = t.id and level <> 'mute'), {PAGE_TIME})
from thread t where t.id = $3
on conflict (member, thread) do update set seen_at = now(), passage = coalesce($4, visit.passage)
"""  # noqa: S608 constants only
# A thread that one follows and never opened begins when one followed it.
ENSURE_VISITS = """
insert into visit (member, thread, seen_at, read_until)
select $1, thread, since, since from follow where member = $1 and thread = any($2::bigint[]) and level <> 'mute'
order by thread on conflict (member, thread) do nothing
"""
SELECT_PAGE_TIME = f"select {PAGE_TIME} from thread t where t.id = $1"  # noqa: S608 constants only
# Up to when all is read, and the newer comments that are: {known} has `id`, `thread` and `created_at`.
KEPT = f"""(
with head as materialized (select {{until}} as until)
select greatest(head.until, skipped.at), array(
    select c.id from ({{known}}) c where c.thread = v.thread and c.created_at > head.until
    order by c.created_at desc limit {MOST_READ})
from head left join lateral (
    select c.created_at as at from ({{known}}) c where c.thread = v.thread and c.created_at > head.until
    order by c.created_at desc offset {MOST_READ} limit 1) skipped on true
)"""  # noqa: S608 constants only
# It advances to just before the oldest comment that is unread, and stays a minute behind: a comment that is being
# posted has its time already, and is not here yet. One statement does not advance past more than MOST_PASSED comments.
UNTIL_UNREAD = f"""
greatest(v.read_until, least(now() - interval '1 minute', (
    select coalesce(
        min(c.created_at) filter (where {IS_UNREAD} and {{is_left}}),
        case when count(*) = {MOST_PASSED} then max(c.created_at) end) - interval '1 microsecond'
    from (
        select * from comment later where later.thread = v.thread and later.created_at > v.read_until
        order by later.created_at, later.id limit {MOST_PASSED}) c)))
"""  # noqa: S608 constants only
# `offset 0` makes PostgreSQL look the comments up by id, whatever else is asked of them.
BY_ID = "(select id, thread, created_at from comment where id = any({ids}) offset 0)"
READ = f"""
{BY_ID.format(ids="v.read")} union
select id, thread, created_at from comment
where thread = v.thread and created_at > head.until and created_at <= {{until}}
"""  # noqa: S608 constants only
# In order of id, so that of two statements none waits for the other in a circle.
MARK = f"""
update visit v set (read_until, read) = {KEPT.replace("{until}", UNTIL_UNREAD)} where v.id in (
    select id from visit where member = $1 and thread = any($2::bigint[]) order by id for no key update)
"""  # noqa: S608 constants only
MARK_THESE = MARK.format(is_left="c.id <> all($3::bigint[])", known=BY_ID.format(ids="v.read || $3::bigint[]"))
MARK_UNTIL = MARK.format(is_left="c.created_at > $3", known=READ.format(until="$3"))
# Who replied has read what they replied to. $1 are events. The list is shortened when they read on.
MARK_PARENTS = f"""
with own as (
    select c.author, c.thread, array_agg(distinct c.parent) as parents from event e join comment c on c.id = e.comment
    where e.id = any($1::bigint[]) and e.kind = 'comment.posted' and c.parent is not null and c.author is not null
    group by c.author, c.thread
), locked as (
    select v.id, own.parents from visit v join own on v.member = own.author and v.thread = own.thread
    where cardinality(v.read) < {MOST_READ} and not v.read @> own.parents order by v.id for no key update of v
)
update visit v set read = v.read || locked.parents from locked where v.id = locked.id
"""  # noqa: S608 constants only
# Comments $1 came from thread $2 to $3. Who had not read one there has not read it here, however old it is.
WAS_READ = "(c.created_at <= f.read_until or c.id = any(f.read))"
UNTIL_UNREAD_MOVED = f"""
least(v.read_until, (
    select min(c.created_at) - interval '1 microsecond' from comment c
    where c.id = any($1::bigint[]) and not {WAS_READ}))
"""  # noqa: S608 constants only
READ_MOVED = f"""
select c.id, c.thread, c.created_at
from ({BY_ID.format(ids="$1::bigint[]")} union {READ.format(until="v.read_until")}) c
where c.id = any(v.read) or c.id <> all($1::bigint[]) or {WAS_READ}
"""  # noqa: S608 constants only
FOLLOW_MOVED = f"""
update visit v set (read_until, read) = {KEPT.format(until=UNTIL_UNREAD_MOVED, known=READ_MOVED)}
from visit f where f.member = v.member and f.thread = $2 and v.id in (
    select id from visit where thread = $3 order by id for no key update)
"""  # noqa: S608 constants only


class VisitRow(msgspec.Struct, frozen=True):
    """What a member has read of a thread, the passage read last, and how many comments are unread, up to 100."""

    read_until: datetime
    read: frozenset[int]
    passage: int | None
    unread: int

    def has_read(self, comment: int, created_at: datetime) -> bool:
        return created_at <= self.read_until or comment in self.read


async def open_thread(member: int, thread: int, *, passage: int | None = None, seq: int = 0) -> None:
    """Record that the member has the thread open and reads at `passage` (a lineage). No comment becomes read.

    `seq` is the last event that the page includes.
    """
    await db.execute(OPEN, member, seq, thread, passage)
    for after in after_visit:
        await after(member, thread)


async def mark_read(member: int, thread: int, comments: Sequence[int]) -> None:
    """Mark these comments as read, in a thread that the member opened or follows. Elsewhere nothing is unread."""
    await db.execute(ENSURE_VISITS, member, [thread])
    if comments and await db.execute(MARK_THESE, member, [thread], list(comments)):
        for after in after_read:
            await after(member, thread, comments)


async def mark_read_until(member: int, threads: Sequence[int], until: datetime) -> None:
    """Mark everything posted in these threads up to and including `until` as read."""
    await db.execute(ENSURE_VISITS, member, list(threads))
    await db.execute(MARK_UNTIL, member, list(threads), until)


async def page_time(thread: int, seq: int) -> datetime | None:
    """Up to when a page of the thread that includes event `seq` has all comments; None if there is no such thread."""
    time: datetime | None = await db.value(SELECT_PAGE_TIME, thread, seq)
    return time
