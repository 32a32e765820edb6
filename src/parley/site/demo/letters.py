"""The demo's notifications and digests. Two members were away: one has a digest, the other can preview theirs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from parley.letters.digests import jobs, ops
from parley.letters.digests.schedule import Schedule
from parley.letters.digests.tables import Issue
from parley.letters.notifications import jobs as notifications
from parley.platform import db
from parley.platform.events.event_log import emit

ZONE = "Europe/Berlin"
AWAY = ("mira", "jonas_w")
MAILED = "jonas_w"

# They left each thread ten minutes after their last comment there, so they have not voted on later ones.
LEFT_AT = """(
    select author as member, thread, max(created_at) + interval '10 minutes' as at from comment
    where author = any($1::bigint[]) group by author, thread
)"""
DELETE_LATER_VOTES = f"""
delete from vote v using comment c, {LEFT_AT} l
where c.id = v.comment and l.member = v.member and l.thread = v.thread and c.created_at > l.at
"""  # noqa: S608 constants only
INSERT_VISITS = f"""
insert into visit (member, thread, seen_at, read_until) select member, thread, at, at from {LEFT_AT} l
"""  # noqa: S608 constants only
DATE_VOTES = "update vote v set changed_at = c.created_at from comment c where c.id = v.comment"
IS_DUE = "update subscription set next_at = now() - interval '1 minute', last_day = current_date - 7 where member = $1"
# Members follow the threads in which they commented, from their first comment on.
INSERT_FOLLOWS = """
insert into follow (member, thread, level, since)
select author, thread, 'follow', min(created_at) from comment where author is not null group by author, thread
on conflict (member, thread) do nothing
"""
# The last comments of each thread, which its readers have not seen.
SELECT_LAST_COMMENTS = """
select c.id, c.thread, c.author from thread t cross join lateral (
    select id, thread, author, created_at from comment where thread = t.id and state = 'visible' and author is not null
    order by created_at desc, id desc limit $1
) c order by c.created_at, c.id
"""
DATE_EVENTS = """
update event e set created_at = c.created_at from comment c
where c.id = e.comment and e.kind = 'comment.posted' and e.handled_at is null
"""
NEWS = 6


async def leave(ids: Mapping[str, int]) -> None:
    """Subscribe all members to the digest, and let two of them have been away."""
    for member in ids.values():
        await ops.subscribe(member)
    away = [ids[name] for name in AWAY]
    await db.execute(DELETE_LATER_VOTES, away)
    await db.execute(INSERT_VISITS, away)
    await db.execute(DATE_VOTES)


async def mail(ids: Mapping[str, int]) -> None:
    """Plan and build an issue for one of them as the worker does."""
    now = datetime.now(UTC)
    here = now.astimezone(ZoneInfo(ZONE))
    for name in AWAY:
        await ops.set_schedule(ids[name], Schedule("weekly", here.isoweekday(), here.hour, ZONE))
    await db.execute(IS_DUE, ids[MAILED])
    await jobs.plan(now)
    await Issue.update({Issue.due_at: now}).where(Issue.state == "planned")
    await jobs.build_all(now)


class LastComment(msgspec.Struct, frozen=True):
    id: int
    thread: int
    author: int


async def notify() -> None:
    """Let members follow the threads in which they wrote, and notify them of the last comments."""
    async with db.atomic():
        await db.execute(INSERT_FOLLOWS)
        for row in await db.fetch(LastComment, SELECT_LAST_COMMENTS, NEWS):
            await emit("comment.posted", thread=row.thread, comment=row.id, actor=row.author)
        await db.execute(DATE_EVENTS)
    await notifications.handle_events()
