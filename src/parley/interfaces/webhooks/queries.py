"""Reading webhooks and their logs."""

from datetime import datetime

import msgspec

from parley.interfaces.webhooks.forms import KINDS
from parley.interfaces.webhooks.messages import message_id
from parley.interfaces.webhooks.tables import WebhookDelivery
from parley.platform import db
from parley.platform.text.cleaning import LARGEST_ID
from parley.platform.text.messages import Message

MOST_LISTED = 50


class WebhookRow(msgspec.Struct, frozen=True):
    """A webhook as admins see it. `rotated_until` is when its former secret ends, while that signs too.

    `rotation` changes when the secret is rotated.
    """

    id: int
    url: str
    kinds: list[str]
    state: str
    ended_by: str
    failing_since: datetime | None
    rotated_until: datetime | None
    rotation: int
    waiting: int
    last_at: datetime | None


class DeliveryRow(msgspec.Struct, frozen=True):
    """A message in the log of a webhook."""

    id: int
    event: int
    kind: str
    thread: int | None
    comment: int | None
    state: str
    attempts: int
    status: int | None
    error: str
    happened_at: datetime
    settled_at: datetime | None
    due_at: datetime

    @property
    def message(self) -> str:
        return message_id(self.event)

    @property
    def name(self) -> Message | str:
        return KINDS.get(self.kind, self.kind)


# A number that each rotation of the webhook `w` changes.
ROTATION_TIME = """
case when w.former_until is null then 1 else (extract(epoch from w.former_until) * 1000000)::bigint end
"""
SELECT_WEBHOOKS = f"""
select w.id, w.url, w.kinds, w.state, w.ended_by, w.failing_since,
       case when w.former_until > now() then w.former_until end as rotated_until,
       {ROTATION_TIME} as rotation,
       (select count(*) from webhook_delivery d where d.webhook = w.id and d.state = 'waiting') as waiting,
       (select d.settled_at from webhook_delivery d where d.webhook = w.id and d.state = 'delivered'
        order by d.id desc limit 1) as last_at
from webhook w
"""  # noqa: S608 a constant
SELECT_ALL = f"{SELECT_WEBHOOKS} order by w.id"
SELECT_WEBHOOK = f"{SELECT_WEBHOOKS} where w.id = $1"


async def list_webhooks() -> list[WebhookRow]:
    return await db.fetch(WebhookRow, SELECT_ALL)


async def one(webhook: int) -> WebhookRow | None:
    return await db.fetch_one(WebhookRow, SELECT_WEBHOOK, webhook)


async def log(webhook: int, before: int | None) -> list[DeliveryRow]:
    """Return the newest messages of a webhook before a delivery: MOST_LISTED, and one more if there are earlier."""
    earlier = WebhookDelivery.webhook == webhook, WebhookDelivery.id < (before or LARGEST_ID)
    query = WebhookDelivery.select().where(*earlier).order_by(WebhookDelivery.id, ascending=False)
    return await db.fetch(DeliveryRow, query.limit(MOST_LISTED + 1))
