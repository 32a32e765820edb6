"""Taking events from the log: each webhook continues after the last one that it took, so none is missed."""

import msgspec

from parley.api import events
from parley.api.events import SiteEvent
from parley.core import db, failpoint
from parley.core.events import attempts
from parley.core.events.job_wakeups import wake_job

BATCH = 500

ON = "select id from webhook where state = 'on' order by id"
LOCK = "select id, kinds, position from webhook where id = $1 and state = 'on' for update skip locked"
ADD = """
insert into webhook_delivery (webhook, event, position, thread, seq, kind, comment, happened_at, due_at)
select $1, split_part(position, '-', 2)::bigint, position, thread, seq, kind, comment, happened_at, now()
from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::timestamptz[])
  as taken (position, thread, seq, kind, comment, happened_at)
on conflict do nothing
"""
MOVE = "update webhook set position = $2 where id = $1"


class Taker(msgspec.Struct, frozen=True):
    """A webhook, and how far it has read the log."""

    id: int
    kinds: list[str]
    position: str


async def take_events() -> int:
    """Take the new events for all webhooks that are on, and return how many deliveries that made."""
    taken = await attempts.each("webhooks", await db.values(ON), take, in_transaction=False)
    if count := sum(taken):
        await wake_job("webhook deliveries")
    return count


async def take(webhook: int) -> int:
    """Take the new events for one webhook, in transactions of at most BATCH events."""
    count = 0
    while True:
        async with db.atomic():
            taker = await db.fetch_one(Taker, LOCK, webhook)
            found = await events.after(taker.position, BATCH) if taker else []
            if taker is None or not found:
                return count
            count += await _add(taker, [one for one in found if one.kind in taker.kinds])
            failpoint.hit("webhook taken")
            await db.execute(MOVE, webhook, found[-1].position)


async def _add(taker: Taker, found: list[SiteEvent]) -> int:
    columns = zip(
        *((one.position, one.thread, one.seq, one.kind, one.comment, one.created_at) for one in found), strict=True
    )
    return await db.execute(ADD, taker.id, *map(list, columns)) if found else 0
