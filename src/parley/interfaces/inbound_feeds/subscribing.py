"""Subscribing to the hubs of feeds (https://www.w3.org/TR/websub/), which tell us at once that a feed changed.

What a hub sends is only a hint to fetch the feed earlier, in the same way and within the same limits. Feeds are fetched
at their usual times all the same, so nothing is lost when a hub fails.
"""

import hmac
from urllib.parse import urlencode

import msgspec
import structlog

from parley.extraction.errors import CannotImport
from parley.extraction.fetching.fetch import post
from parley.interfaces.inbound_feeds.documents import FeedDocument
from parley.interfaces.inbound_feeds.rules import DAY, FETCHING
from parley.interfaces.inbound_feeds.tables import FeedSubscription
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.events.job_wakeups import wake_job
from parley.platform.settings import settings
from parley.platform.signing import sign

log = structlog.get_logger(__name__)

JOB = "feed hubs"
LEASE_SECONDS = 10 * DAY
BATCH = 20
FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}
# The methods of the standard. Some hubs still know only SHA-1, which HMAC uses safely.
METHODS = {"sha1", "sha256", "sha384", "sha512"}

RECORD_HUB = """
insert into feed_subscription as s (feed, hub, topic, due_at) values ($1, $2, $3, now())
on conflict (feed) do update
set hub = excluded.hub, topic = excluded.topic, due_at = now(), asked_at = null, leased_until = null
where (s.hub, s.topic) <> (excluded.hub, excluded.topic)
"""


async def note_hub(feed: int, document: FeedDocument) -> None:
    """Remember the hub that a feed names now; the worker subscribes there."""
    if document.hub and settings().websub_subscribe:
        await db.execute(RECORD_HUB, feed, document.hub, document.hub_topic)
    else:
        await FeedSubscription.delete().where(FeedSubscription.feed == feed)


class HubSubscription(msgspec.Struct, frozen=True):
    """A subscription. `id` is its feed; `asked` is whether the hub was asked to confirm within the last day."""

    id: int
    hub: str
    topic: str
    asked: bool


COLUMNS = "feed as id, hub, topic, coalesce(asked_at > now() - interval '1 day', false) as asked"
# A hub that does not confirm is asked again a day later.
CLAIM_SUBSCRIPTIONS = f"""
update feed_subscription set due_at = now() + interval '1 day'
where feed in (
    select s.feed from feed_subscription s join inbound_feed f on f.id = s.feed
    where f.state = 'active' and s.due_at <= now() and {attempts.due(JOB, "s.feed")}
    order by s.due_at limit {BATCH} for update of s skip locked)
returning {COLUMNS}
"""  # noqa: S608 constants only
SELECT_SUBSCRIPTION = f"select {COLUMNS} from feed_subscription where feed = $1"  # noqa: S608 constants only


async def subscribe_due() -> int:
    """Ask the hubs of feeds for subscriptions that are new or end soon, and return how many these were."""
    if not settings().websub_subscribe:
        return 0
    due = await db.fetch(HubSubscription, CLAIM_SUBSCRIPTIONS)
    await attempts.each(JOB, due, ask, key=lambda subscription: subscription.id, in_transaction=False)
    return len(due)


async def ask(wanted: HubSubscription) -> None:
    """Ask a hub for a subscription. It confirms later, at our callback address."""
    fields = {
        "hub.mode": "subscribe",
        "hub.topic": wanted.topic,
        "hub.callback": f"{settings().base_url}/websub/{wanted.id}/{token_of(wanted.id)}",
        "hub.secret": secret_of(wanted),
        "hub.lease_seconds": str(LEASE_SECONDS),
    }
    # Before it is asked: some hubs confirm before they answer.
    await FeedSubscription.update({FeedSubscription.asked_at: db.NOW}).where(FeedSubscription.feed == wanted.id)
    try:
        status = await post(wanted.hub, urlencode(fields).encode(), FORM_HEADERS, allow=settings().fetch_allow)
        log.info("hub asked", feed=wanted.id, status=status)
    except CannotImport as error:
        log.info("hub not reached", feed=wanted.id, reason=str(error))


async def find(feed: int) -> HubSubscription | None:
    return await db.fetch_one(HubSubscription, SELECT_SUBSCRIPTION, feed)


# Renewed after three quarters of the lease, but no hub makes us ask more than once an hour.
CONFIRM_SUBSCRIPTION = """
update feed_subscription set leased_until = now() + make_interval(secs => $2),
    due_at = now() + make_interval(secs => greatest($2 * 0.75, 3600)), asked_at = null
where feed = $1
"""
RECORD_DENIAL = """
update feed_subscription set leased_until = null, asked_at = null, due_at = now() + interval '7 days' where feed = $1
"""


async def confirm(feed: int, seconds: int) -> None:
    """Note that the hub confirmed a subscription for this many seconds."""
    await db.execute(CONFIRM_SUBSCRIPTION, feed, float(min(seconds, 365 * DAY)))


async def deny(feed: int) -> None:
    """Note that the hub refused a subscription or ended it. It is asked again after a week."""
    await db.execute(RECORD_DENIAL, feed)


# At most once a minute, and never before the pause after a failure is over.
FETCH_SOON = """
update inbound_feed set due_at = least(due_at, greatest(now(), fetched_at + interval '1 minute'))
where id = $1 and state = 'active' and failures = 0
"""


async def fetch_soon(feed: int) -> None:
    """Let the worker fetch a feed of which a hub says that it changed."""
    await db.execute(FETCH_SOON, feed)
    await wake_job(FETCHING)


def token_of(feed: int) -> str:
    """The part of a feed's callback address that nobody can guess."""
    return sign("websub callback", str(feed).encode()).hex()


def secret_of(subscription: HubSubscription) -> str:
    """What the hub signs its deliveries with."""
    return sign("websub secret", f"{subscription.id}|{subscription.hub}|{subscription.topic}".encode()).hex()


def is_signed(subscription: HubSubscription, header: str, body: bytes) -> bool:
    """Whether a delivery has the signature of our hub: `header` is its `X-Hub-Signature`."""
    method, _, signature = header.partition("=")
    if method not in METHODS:
        return False
    expected = hmac.digest(secret_of(subscription).encode(), body, method).hex()
    return hmac.compare_digest(expected.encode(), signature.lower().encode())
