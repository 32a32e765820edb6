"""The worker's jobs: queueing deliveries of events, and sending them.

Each webhook reads the event log from the position where it stopped, so it misses none. Each message arrives at least
once, and a receiver that is slow or away delays no other.
"""

from time import time

import msgspec
import structlog

from parley.extraction.errors import CannotImport
from parley.extraction.fetching.fetch import ask
from parley.interfaces.api import events
from parley.interfaces.webhooks import judging, signing
from parley.interfaces.webhooks.forms import JUDGE
from parley.interfaces.webhooks.messages import DueEvent, message
from parley.interfaces.webhooks.tables import Webhook
from parley.people import mail
from parley.people.accounts.tables import Member
from parley.platform import db, failpoint
from parley.platform.events import attempts
from parley.platform.events.job_wakeups import start_another, wake_job
from parley.platform.settings import settings
from parley.platform.text.languages import speaking

log = structlog.get_logger(__name__)

JOB = "webhook deliveries"
# Events read at once, and messages to one receiver in a sweep.
MOST_EVENTS, MOST_MESSAGES = 500, 50
SECONDS = 10.0
ACCEPTED = range(200, 300)
GONE = 410
# Minutes between one attempt and the next: nine attempts in three days.
PAUSES = (0.1, 5, 30, 120, 360, 720, 1_440, 1_440)
FAILING_DAYS = 3

# Webhooks that have not read the newest events (interfaces/api/events.py).
SELECT_BEHIND = f"""
select id from webhook w where state = 'on' and {attempts.due("webhooks", "w.id")} and exists (
  select from event e
  where (e.xid, e.id) > (split_part(w.position, '-', 1)::xid8, split_part(w.position, '-', 2)::bigint)
    and e.xid < pg_snapshot_xmin(pg_current_snapshot()))
"""  # noqa: S608 constants only
INSERT_DELIVERIES = """
insert into webhook_delivery (webhook, event, position, thread, seq, kind, comment, happened_at, due_at)
select $1, split_part(position, '-', 2)::bigint, position, thread, seq, kind, comment, happened_at, now()
from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::timestamptz[])
  as one (position, thread, seq, kind, comment, happened_at)
on conflict do nothing
"""
SELECT_DUE = f"""
select w.id from webhook w
where w.state = 'on' and coalesce(w.paused_until, '-infinity') <= clock_timestamp()
  and coalesce(w.leased_until, '-infinity') <= clock_timestamp()
  and exists (select from webhook_delivery d where d.webhook = w.id and d.state = 'waiting'
    and d.due_at <= clock_timestamp() and {attempts.due(JOB, "d.id")})
"""  # noqa: S608 constants only
CLAIM_WEBHOOK = f"""
update webhook set leased_until = clock_timestamp() + interval '1 minute'
where id = ({SELECT_DUE} order by w.leased_until nulls first limit 1 for update skip locked)
returning id
"""  # noqa: S608 constants only
SELECT_NEXT_DELIVERY = f"""
with hook as (
  update webhook set leased_until = clock_timestamp() + interval '1 minute' where id = $1 and state = 'on'
  returning url, secret, case when former_until > now() then former_secret end as former)
select d.event, d.position, d.thread, d.seq, d.kind, d.comment, d.happened_at, d.raid,
       d.id, d.webhook, d.attempts, hook.url, hook.secret, hook.former
from hook, webhook_delivery d
where d.webhook = $1 and d.state = 'waiting' and d.due_at <= clock_timestamp() and {attempts.due(JOB, "d.id")}
order by d.due_at, d.id limit 1
"""  # noqa: S608 constants only
RECORD_SUCCESS = """
with settled as (
  update webhook_delivery set state = 'delivered', attempts = attempts + 1, status = $2, error = $3,
    settled_at = clock_timestamp()
  where id = $1 returning webhook)
update webhook set failures = 0, failing_since = null, paused_until = null where id = (select webhook from settled)
"""
# The comment of which it was to be asked cannot be read any more.
RECORD_NOTHING = "update webhook_delivery set state = 'delivered', settled_at = clock_timestamp() where id = $1"
# Pause the receiver, longer after each failure, so that not every waiting message spends ten seconds on it.
RECORD_FAILURE = f"""
with tried as (
  update webhook_delivery set attempts = attempts + 1, status = $2, error = $3,
    state = case when attempts + 1 > {len(PAUSES)} then 'failed' else 'waiting' end,
    settled_at = case when attempts + 1 > {len(PAUSES)} then clock_timestamp() end,
    due_at = clock_timestamp() + interval '1 minute' * coalesce(($4::float8[])[attempts + 1], 0)
  where id = $1 returning webhook)
update webhook set failures = least(failures + 1, 100), failing_since = coalesce(failing_since, clock_timestamp()),
  paused_until = clock_timestamp() + interval '1 second' * least(5 * 2 ^ least(failures, 10), 600)
where id = (select webhook from tried)
returning failing_since < clock_timestamp() - interval '{FAILING_DAYS} days'
"""  # noqa: S608 constants only


class WebhookPosition(msgspec.Struct, frozen=True):
    """A webhook, and how far it has read the log."""

    id: int
    kinds: list[str]
    position: str


class DueDelivery(DueEvent, frozen=True):
    """An event with the webhook that gets it."""

    id: int
    webhook: int
    attempts: int
    url: str
    secret: bytes
    former: bytes | None


async def queue_all() -> int:
    """Queue deliveries of the new events for all webhooks that are on, and return how many."""
    webhooks = Webhook.select(Webhook.id).where(Webhook.state == "on").order_by(Webhook.id)
    queued = await attempts.each("webhooks", await db.values(webhooks), queue_for, in_transaction=False)
    if count := sum(queued):
        await wake_job(JOB)
    return count


async def queue_for(webhook: int) -> int:
    """Queue deliveries of the new events for one webhook, in transactions of at most MOST_EVENTS events."""
    query = Webhook.select().where(Webhook.id == webhook, Webhook.state == "on").lock_rows(skip_locked=True)
    count = 0
    while True:
        async with db.atomic():
            reader = await db.fetch_one(WebhookPosition, query)
            pending = await events.after(reader.position, MOST_EVENTS) if reader else []
            if reader is None or not pending:
                return count
            chosen = judging.chosen(pending, reader.kinds)
            count += await db.execute(
                INSERT_DELIVERIES,
                webhook,
                [event.position for event in chosen],
                [event.thread for event in chosen],
                [event.seq for event in chosen],
                [event.kind for event in chosen],
                [event.comment for event in chosen],
                [event.created_at for event in chosen],
            )
            failpoint.hit("webhook queued")
            await Webhook.update({Webhook.position: pending[-1].position}).where(Webhook.id == webhook)


async def send_due() -> int:
    """Send what is due to one receiver, and return how many messages that was. One worker at a time sends to it."""
    webhook: int | None = await db.value(CLAIM_WEBHOOK)
    if webhook is None:
        return 0
    start_another()
    failpoint.hit("webhook claimed")
    try:
        return await _send_to(webhook)
    finally:
        await Webhook.update({Webhook.leased_until: None}).where(Webhook.id == webhook)


async def _send_to(webhook: int) -> int:
    """Send in order, until nothing is due or the receiver fails."""
    for count in range(MOST_MESSAGES):
        due = await db.fetch_one(DueDelivery, SELECT_NEXT_DELIVERY, webhook)
        if due is None:
            return count
        arrived = await attempts.each(JOB, [due], deliver, key=lambda delivery: delivery.id, in_transaction=False)
        if not all(arrived):
            return count + 1
    return MOST_MESSAGES


async def deliver(due: DueDelivery) -> bool:
    """Send one message, and record whether it arrived."""
    asked = await judging.question(due) if due.kind == JUDGE else None
    if due.kind == JUDGE and asked is None:
        await db.execute(RECORD_NOTHING, due.id)
        return True
    status, error, answer = await _answer(due, judging.message(due, asked) if asked else await message(due))
    failpoint.hit("webhook sent")
    if status in ACCEPTED:
        note = await judging.take(asked, due.webhook, due.url, answer) if asked else ""
        await db.execute(RECORD_SUCCESS, due.id, status, note)
        failpoint.hit("webhook recorded")
        return True
    async with db.atomic():
        is_over: bool = await db.value(RECORD_FAILURE, due.id, status, error, PAUSES)
        if status == GONE:
            await _switch_off(due, "gone")
        elif is_over:
            await _switch_off(due, "failing")
    return False


async def _answer(due: DueDelivery, body: bytes) -> tuple[int | None, str, bytes]:
    """Return the status of the receiver's answer, or None and why there is none; and what it says if it was asked."""
    timestamp, limit = int(time()), judging.LARGEST_ANSWER if due.kind == JUDGE else 0
    secrets = [signing.open_secret(secret) for secret in (due.secret, due.former) if secret is not None]
    headers = {
        "Content-Type": "application/json",
        "webhook-id": due.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signing.signature(secrets, due.message_id, timestamp, body),
    }
    try:
        allow = settings().fetch_allow
        status, answer = await ask(due.url, body, headers, allow=allow, deadline=SECONDS, limit=limit)
    except CannotImport as error:
        return None, str(error.reason), b""
    return status, "", answer


async def _switch_off(due: DueDelivery, reason: str) -> None:
    """Switch a webhook off, and tell the admins."""
    is_on = (Webhook.id == due.webhook) & (Webhook.state == "on")
    if not await Webhook.update({Webhook.state: "off", Webhook.ended_by: reason}).where(is_on).returning(Webhook.id):
        return
    log.warning("webhook switched off", webhook=due.webhook, reason=reason)
    link = f"{settings().base_url}/settings/webhooks/{due.webhook}"
    is_admin = Member.role == "admin", Member.state == "active", Member.is_demo == False  # noqa: E712 SQL
    for address in await db.values(Member.select(Member.email).where(*is_admin).order_by(Member.id)):
        with speaking(await mail.language_of(address)):
            written = mail.written_message("staff/webhook", url=due.url, gone=reason == "gone", link=link)
        await mail.send("webhook", address, *written)
