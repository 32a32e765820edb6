"""The worker's job for notifications: it handles new events and creates their notifications."""

from functools import partial

from parley.letters.notifications import making
from parley.letters.notifications.mailing import post_letters
from parley.letters.notifications.making import PendingEvent
from parley.platform import db, failpoint
from parley.platform.events import attempts
from parley.platform.events.notify import Signal, notify

BATCH = 100
# The API shows events once all transactions that began before them have ended (api/events.py), so none may last long.
BATCH_SECONDS = 0.1

# The comment's text is read only if it may contain mentions. Those of an imported comment were written elsewhere.
TAKE_EVENTS = f"""
select e.id, e.kind, e.thread, e.comment, e.actor,
       case when strpos(c.body, '@') > 0 and (c.imported_id is null or former.id is not null) then c.body end as body,
       former.body as former_body
from event e left join comment c on c.id = e.comment
left join comment_version former on former.comment = e.comment and former.number = (e.payload ->> 'former')::int
where e.handled_at is null and {attempts.due("notifications", "e.id")}
order by e.id limit $1 for no key update of e skip locked
"""  # noqa: S608 constants only
# Each follower has to be looked up by index. If a few members have most of the unread notifications, PostgreSQL would
# scan the whole table for each follower (10,000 followers: 18 s instead of 0.5 s, measured).
USE_INDEXES = "select set_config('enable_seqscan', 'off', true)"
MARK_HANDLED = "update event set handled_at = now() where id = any($1::bigint[])"


async def handle_events() -> int:
    """Create the notifications of new events, and return how many events there were.

    An event is marked as handled in the transaction that creates its notifications, so a crash leaves it to the next
    run.
    """
    count = 0
    while batch := await _handle_some():
        count += batch
    await post_letters()
    return count


async def _handle_some() -> int:
    async with db.atomic():
        events = await db.fetch(PendingEvent, TAKE_EVENTS, BATCH)
        if not events:
            return 0
        await db.execute(USE_INDEXES)
        handled = await attempts.each(
            "notifications", events, _handle, key=lambda event: event.id, seconds=BATCH_SECONDS
        )
        await db.execute(MARK_HANDLED, handled)
        failpoint.hit("handled")
        if handled:
            await db.when_committed(partial(notify, Signal(0, notifications=True)))
    return len(events)


async def _handle(event: PendingEvent) -> int:
    """Create the notifications of one event and return its id."""
    await making.make(event)
    failpoint.hit("made")
    return event.id
