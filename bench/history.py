"""What members have behind them after months: notifications, follows, visits and sessions."""

import asyncpg

# Each member has as many notifications, of which these are unread, in the large thread.
NOTIFICATIONS, UNREAD, FOLLOWS, SESSIONS = 1_000, 300, 200, 50
# Of the small threads, so many are followed by each member: each has fifty followers. The others are quiet.
FOLLOWED, QUIET = 10, 2_000
ADD_QUIET_THREADS = """
with new as (
    insert into article (url, site) select 'https://quiet.example/' || n, 'quiet.example' from generate_series(1, $1) n
    returning id
)
insert into thread (article, topic, title, slug, created_at, last_activity_at)
select id, 'research', 'Quiet', 'quiet', now() - interval '1 year', now() - interval '1 year' from new returning id
"""
ADD_NOTIFICATIONS = """
insert into notification (member, kind, event, thread, comment, actor, created_at, read_at)
select m, 'reply', -m * 1000 - n, $1, 10000 + (m * 7919 + n * 97) % $2, 1 + (m + n) % $3,
       now() - n * interval '1 hour', case when n > $5 then now() end
from generate_series(1, $3::int) m, generate_series(1, $4::int) n on conflict do nothing
"""
ADD_FOLLOWS = """
insert into follow (member, thread, since)
select m, ($1::bigint[])[1 + (m * 31 + n * 7) % cardinality($1)], now() - interval '90 days'
from generate_series(1, $2) m, generate_series(1, $3) n on conflict do nothing
"""
# Of each thread that was read, so many comments came since.
NEW = 10
ADD_VISITS = """
insert into visit (member, thread, read_until, seen_at)
select m, one.thread, one.until, now() - interval '1 day' from generate_series(1, $2) m, (
    select thread, (select c.created_at from comment c where c.thread = read_one.thread
                    order by c.created_at desc offset $3 limit 1) as until
    from unnest($1::bigint[]) read_one(thread)
) one on conflict do nothing
"""
ADD_SESSIONS = """
insert into session (member, token_hash, created_at, seen_at, expires_at)
select m, sha256((m || ' ' || n)::bytea), now(), now(), now() + interval '1 day'
from generate_series(1, $1) m, generate_series(1, $2) n
"""


async def add(
    connection: asyncpg.Connection, members: int, large: int, comments: int, written: list[int], read: list[int]
) -> None:
    """Give each of the first `members` their history, with a visit to each of the threads that are `read`.

    The thread `large` has so many `comments`, from 10,000 on.
    """
    quiet = [row["id"] for row in await connection.fetch(ADD_QUIET_THREADS, QUIET)]
    await connection.execute(ADD_NOTIFICATIONS, large, comments, members, NOTIFICATIONS, UNREAD)
    await connection.execute(ADD_FOLLOWS, written, members, FOLLOWED)
    await connection.execute(ADD_FOLLOWS, quiet, members, FOLLOWS - FOLLOWED)
    await connection.execute(ADD_VISITS, read, members, NEW)
    await connection.execute(ADD_SESSIONS, members, SESSIONS - 1)
