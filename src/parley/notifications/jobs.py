"""What follows from events: the worker takes those that nobody handled, and makes their notifications."""

from functools import partial

from parley.core import db, failpoint
from parley.core.events import attempts
from parley.core.events.notify import Signal, notify
from parley.notifications import making
from parley.notifications.mailing import post_letters
from parley.notifications.making import PendingEvent

BATCH = 100

# Comments' texts come along only where they may mention somebody.
TAKE = f"""
select e.id, e.kind, e.thread, e.comment, e.actor, case when strpos(c.body, '@') > 0 then c.body end as body
from event e left join comment c on c.id = e.comment
where e.handled_at is null and {attempts.due("notifications", "e.id")}
order by e.id limit $1 for no key update of e skip locked
"""  # noqa: S608 constants only
# A follower is looked up by index each, or the time of all grows with its square: where a few members have most of
# the unread notifications, PostgreSQL takes reading the whole table for cheap (10,000 followers: 18 s in place of 0.5,
# measured).
BY_INDEX = "select set_config('enable_seqscan', 'off', true)"
HANDLED = "update event set handled_at = now() where id = any($1::bigint[])"


async def handle_events() -> int:
    """Make the notifications of what happened, and return how many events that were.

    An event and its notifications are handled in one transaction: whoever is killed in it leaves it to the next.
    """
    count = 0
    while batch := await _handle_some():
        count += batch
    await post_letters()
    return count


async def _handle_some() -> int:
    async with db.atomic():
        events = await db.fetch(PendingEvent, TAKE, BATCH)
        if not events:
            return 0
        await db.execute(BY_INDEX)
        handled = await attempts.each("notifications", events, _handle, key=_number)
        await db.execute(HANDLED, handled)
        failpoint.hit("handled")
        if handled:
            await db.when_committed(partial(notify, Signal(0, notifications=True)))
    return len(events)


def _number(event: PendingEvent) -> int:
    return event.id


async def _handle(event: PendingEvent) -> int:
    """Make the notifications of one event and return its number."""
    await making.make(event)
    failpoint.hit("made")
    return event.id
