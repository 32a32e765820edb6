"""Notifications of the demo members about the last comments, made by the usual code."""

import msgspec

from parley.letters.notifications import jobs
from parley.platform import db
from parley.platform.events.event_log import emit

# Members follow the threads in which they commented, from their first comment on.
INSERT_FOLLOWS = """
insert into follow (member, thread, level, since)
select author, thread, 'follow', min(created_at) from comment where author is not null group by author, thread
on conflict (member, thread) do nothing
"""
# The last comments of each thread, which its readers have not seen.
SELECT_LAST_COMMENTS = """
select c.id, c.thread, c.author from thread t cross join lateral (
    select id, thread, author from comment where thread = t.id and state = 'visible' and author is not null
    order by created_at desc, id desc limit $1
) c order by c.thread, c.id
"""
DATE_EVENTS = """
update event e set created_at = c.created_at from comment c
where c.id = e.comment and e.kind = 'comment.posted' and e.handled_at is null
"""
NEWS = 6


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
    await jobs.handle_events()
