"""What follows from events: the worker takes those that nobody handled, and makes their notices."""

from functools import partial

from parley.core import attempts, db, fault
from parley.core.nudges import Nudge, nudge
from parley.notices import making
from parley.notices.mailing import post_letters
from parley.notices.making import Event

BATCH = 100

# Comments' texts come along only where they may mention somebody.
TAKE = f"""
select e.id, e.kind, e.thread, e.comment, e.actor, case when strpos(c.body, '@') > 0 then c.body end as body
from event e left join comment c on c.id = e.comment
where e.handled_at is null and {attempts.due("notices", "e.id")}
order by e.id limit $1 for no key update of e skip locked
"""  # noqa: S608 constants only
# A follower is looked up by index each, or the time of all grows with its square: where a few members have most of the
# unread notices, PostgreSQL takes reading the whole table for cheap (10,000 followers: 18 s in place of 0.5, measured).
BY_INDEX = "select set_config('enable_seqscan', 'off', true)"
HANDLED = "update event set handled_at = now() where id = any($1::bigint[])"


async def handle_events() -> int:
    """Make the notices of what happened, and return how many events that were.

    An event and its notices are handled in one transaction: whoever is killed in it leaves it to the next.
    """
    count = 0
    while batch := await _handle_some():
        count += batch
    await post_letters()
    return count


async def _handle_some() -> int:
    async with db.atomic():
        events = await db.fetch(Event, TAKE, BATCH)
        if not events:
            return 0
        await db.execute(BY_INDEX)
        handled = await attempts.each("notices", events, _handle, key=_number)
        await db.execute(HANDLED, handled)
        fault.at("handled")
        if handled:
            await db.when_committed(partial(nudge, Nudge(0, notices=True)))
    return len(events)


def _number(event: Event) -> int:
    return event.id


async def _handle(event: Event) -> int:
    """Make the notices of one event and return its number."""
    await making.make(event)
    fault.at("made")
    return event.id
