"""Making, changing and ending webhooks, and sending a message again."""

from collections.abc import Sequence

from parley.api import events
from parley.core import db
from parley.core.errors import NotFound, Refused
from parley.core.events.job_wakeups import wake_job
from parley.core.text.messages import N_
from parley.webhooks import signing
from parley.webhooks.tables import Webhook

MOST_WEBHOOKS = 20
FORMER_HOURS = 24

LOCK = "select pg_advisory_xact_lock(hashtextextended('webhooks', 0))"
ROTATE = f"""
update webhook set former_secret = secret, former_until = now() + interval '{FORMER_HOURS} hours', secret = $2
where id = $1
"""  # noqa: S608 a constant
SWITCH = """
update webhook set state = $2, ended_by = '', failures = 0, failing_since = null, paused_until = null where id = $1
"""
# A delivery that is waiting already is left as it is.
REQUEUE = """
update webhook_delivery set state = 'waiting', attempts = 0, due_at = now(), settled_at = null
where id = $1 and webhook = $2 and state <> 'waiting'
"""


async def make(url: str, kinds: Sequence[str]) -> tuple[int, str]:
    """Make a webhook that gets what happens from now on. Return its id and its secret, which nobody can read again.

    Raises Refused if there are too many.
    """
    secret = signing.new_secret()
    async with db.atomic():
        # Of two forms at once, the second waits and counts the webhook of the first.
        await db.execute(LOCK)
        if await Webhook.count() >= MOST_WEBHOOKS:
            raise Refused(N_("There can be at most {most} webhooks. Delete one first."), most=MOST_WEBHOOKS)
        made = await Webhook.insert(
            Webhook(url=url, kinds=list(kinds), secret=signing.sealed(secret), position=await events.newest())
        )
    return made[0]["id"], signing.shown(secret)


async def change(webhook: int, url: str, kinds: Sequence[str]) -> None:
    await Webhook.update({Webhook.url: url, Webhook.kinds: list(kinds)}).where(Webhook.id == webhook)


async def rotate(webhook: int) -> str:
    """Give a webhook a new secret, and return it. The former one also signs for a day."""
    secret = signing.new_secret()
    await db.execute(ROTATE, webhook, signing.sealed(secret))
    return signing.shown(secret)


async def switch(webhook: int, *, on: bool) -> None:
    """Switch a webhook on or off. When it is on again, it gets what happened meanwhile."""
    await db.execute(SWITCH, webhook, "on" if on else "off")
    await wake_job("webhooks")


async def send_again(webhook: int, delivery: int) -> None:
    """Send a message once more, with the same id. Raises NotFound if there is none that arrived or was given up."""
    if not await db.execute(REQUEUE, delivery, webhook):
        raise NotFound(N_("There is no such message, or it is still waiting to be sent."))
    await wake_job("webhook deliveries")


async def delete(webhook: int) -> None:
    """Delete a webhook with its log."""
    await Webhook.delete().where(Webhook.id == webhook)
