"""Queueing deliveries: each webhook reads the event log from the position where it stopped, so none is missed."""

import msgspec

from parley.interfaces.api import events
from parley.interfaces.api.events import SiteEvent
from parley.interfaces.webhooks.tables import Webhook
from parley.platform import db, failpoint
from parley.platform.events import attempts
from parley.platform.events.job_wakeups import wake_job

BATCH = 500

LOCK_WEBHOOK = "select id, kinds, position from webhook where id = $1 and state = 'on' for update skip locked"
INSERT_DELIVERIES = """
insert into webhook_delivery (webhook, event, position, thread, seq, kind, comment, happened_at, due_at)
select $1, split_part(position, '-', 2)::bigint, position, thread, seq, kind, comment, happened_at, now()
from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::timestamptz[])
  as one (position, thread, seq, kind, comment, happened_at)
on conflict do nothing
"""


class WebhookPosition(msgspec.Struct, frozen=True):
    """A webhook, and how far it has read the log."""

    id: int
    kinds: list[str]
    position: str


async def queue_all() -> int:
    """Queue deliveries of the new events for all webhooks that are on, and return how many."""
    webhooks = Webhook.select(Webhook.id).where(Webhook.state == "on").order_by(Webhook.id)
    queued = await attempts.each("webhooks", await db.values(webhooks), queue_for, in_transaction=False)
    if count := sum(queued):
        await wake_job("webhook deliveries")
    return count


async def queue_for(webhook: int) -> int:
    """Queue deliveries of the new events for one webhook, in transactions of at most BATCH events."""
    count = 0
    while True:
        async with db.atomic():
            reader = await db.fetch_one(WebhookPosition, LOCK_WEBHOOK, webhook)
            pending = await events.after(reader.position, BATCH) if reader else []
            if reader is None or not pending:
                return count
            count += await _add(reader, [event for event in pending if event.kind in reader.kinds])
            failpoint.hit("webhook queued")
            await Webhook.update({Webhook.position: pending[-1].position}).where(Webhook.id == webhook)


async def _add(reader: WebhookPosition, pending: list[SiteEvent]) -> int:
    columns = zip(
        *((event.position, event.thread, event.seq, event.kind, event.comment, event.created_at) for event in pending),
        strict=True,
    )
    return await db.execute(INSERT_DELIVERIES, reader.id, *map(list, columns)) if pending else 0
