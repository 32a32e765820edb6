"""Making, changing and ending webhooks, and sending a message again."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from parley.interfaces.api import events
from parley.interfaces.webhooks import queries, signing
from parley.interfaces.webhooks.tables import Webhook, WebhookDelivery
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.events.job_wakeups import wake_job
from parley.platform.text.messages import N_

MOST_WEBHOOKS = 20
FORMER_HOURS = 24

LOCK_WEBHOOKS = "select pg_advisory_xact_lock(hashtextextended('webhooks', 0))"
# Of two forms that replace one secret, only one succeeds. Otherwise no message would be signed with the secret that the
# receiver knows.
ROTATE_SECRET = f"""
update webhook w set former_secret = secret, former_until = now() + interval '{FORMER_HOURS} hours', secret = $2
where id = $1 and {queries.ROTATION_TIME} = $3 returning id
"""  # noqa: S608 constants
# Messages that were given up while the receiver failed are sent again, and those that wait are sent now.
SWITCH_ON = """
with hook as (
    select id, failing_since from webhook where id = $1
), missed as (
    update webhook_delivery d set state = 'waiting', attempts = 0, due_at = now(), settled_at = null
    from hook where d.webhook = hook.id
      and (d.state = 'waiting' or d.state = 'failed' and d.settled_at >= hook.failing_since)
)
update webhook set state = 'on', ended_by = '', failures = 0, failing_since = null, paused_until = null where id = $1
"""
# Raid mode is not in the log of events: its id is one that no event has, and webhooks that are off get it later.
INSERT_RAID = """
with new as (select nextval(pg_get_serial_sequence('event', 'id')) as event)
insert into webhook_delivery (webhook, event, kind, raid, happened_at, due_at)
select w.id, new.event, $1, $2, now(), now() from webhook w, new where $1 = any(w.kinds)
"""


async def make(url: str, kinds: Sequence[str]) -> tuple[int, str]:
    """Make a webhook that gets all events from now on. Return its id and its secret, which cannot be read again.

    Raises Refused if there are too many.
    """
    secret, sealed = signing.new_secret()
    async with db.atomic():
        # Of two forms at once, the second waits and counts the webhook of the first.
        await db.execute(LOCK_WEBHOOKS)
        if await Webhook.count() >= MOST_WEBHOOKS:
            raise Refused(N_("There can be at most {most} webhooks. Delete one first."), most=MOST_WEBHOOKS)
        inserted = await Webhook.insert(
            Webhook(url=url, kinds=list(kinds), secret=sealed, position=await events.newest())
        )
    return inserted[0]["id"], secret


async def change(webhook: int, url: str, kinds: Sequence[str]) -> None:
    await Webhook.update({Webhook.url: url, Webhook.kinds: list(kinds)}).where(Webhook.id == webhook)


async def rotate(webhook: int, rotation: int) -> str:
    """Give a webhook a new secret, and return it. For a day, the former one signs too.

    Raises Refused if it was rotated since `rotation` (`WebhookRow.rotation`) was read.
    """
    secret, sealed = signing.new_secret()
    if await db.value(ROTATE_SECRET, webhook, sealed, rotation) is None:
        raise Refused(N_("This secret was rotated already. If nobody has the new one, rotate it again."))
    return secret


async def switch(webhook: int, *, on: bool) -> None:
    """Switch a webhook on or off. When it is on again, it gets what it missed."""
    if on:
        await db.execute(SWITCH_ON, webhook)
    else:
        await Webhook.update({Webhook.state: "off", Webhook.ended_by: ""}).where(Webhook.id == webhook)
    await wake_job("webhooks")
    await wake_job("webhook deliveries")


async def send_again(webhook: int, delivery: int) -> None:
    """Send a message once more, with the same id. Raises NotFound if there is none that arrived or was given up."""
    values: dict[Any, Any] = {
        WebhookDelivery.state: "waiting",
        WebhookDelivery.attempts: 0,
        WebhookDelivery.due_at: db.NOW,
        WebhookDelivery.settled_at: None,
    }
    # A delivery that is waiting already is left as it is.
    settled = (
        WebhookDelivery.id == delivery,
        WebhookDelivery.webhook == webhook,
        WebhookDelivery.state != "waiting",
    )
    if not await WebhookDelivery.update(values).where(*settled).returning(WebhookDelivery.id):
        raise NotFound(N_("There is no such message, or it is still waiting to be sent."))
    await wake_job("webhook deliveries")


async def queue_raid(kind: str, raid: int) -> None:
    """Queue the message that raid mode began or ended, in the transaction of that."""
    if await db.execute(INSERT_RAID, kind, raid):
        await db.when_committed(partial(wake_job, "webhook deliveries"))


async def delete(webhook: int) -> None:
    """Delete a webhook with its log."""
    await Webhook.delete().where(Webhook.id == webhook)
