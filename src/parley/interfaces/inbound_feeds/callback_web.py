"""The address at which the hubs of feeds confirm subscriptions and tell of changes."""

import hmac
from typing import Any

from litestar import MediaType, Response, get, post
from litestar.params import FromPath

from parley.interfaces.inbound_feeds import subscribing
from parley.interfaces.inbound_feeds.subscribing import LEASE_SECONDS, HubSubscription
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.settings import settings
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

LARGEST_DELIVERY = 5_000_000  # bytes
LONGEST_CHALLENGE = 1_000
NO_SUBSCRIPTION = N_("There is no such subscription.")
# A hub stops sending when it is answered this.
ENDED = 410


@get("/websub/{feed:str}/{token:str}", name="feeds:websub-verify", opt={"who": ANYONE})
async def verify(request: AnyRequest, feed: FromPath[str], token: FromPath[str]) -> Response[str]:
    """Confirm a subscription that we asked for, by repeating the hub's challenge; or learn that it was refused."""
    subscription = await _subscription(feed, token)
    asked = request.query_params
    if subscription is None or asked.get("hub.topic") != subscription.topic:
        raise NotFound(NO_SUBSCRIPTION)
    if asked.get("hub.mode") == "denied":
        await subscribing.deny(subscription.id)
        return _plain("")
    challenge = asked.get("hub.challenge", "")
    if asked.get("hub.mode") != "subscribe" or not subscription.asked or not 0 < len(challenge) <= LONGEST_CHALLENGE:
        raise NotFound(NO_SUBSCRIPTION)
    await subscribing.confirm(subscription.id, as_id(asked.get("hub.lease_seconds", "")) or LEASE_SECONDS)
    return _plain(challenge)


@post(
    "/websub/{feed:str}/{token:str}",
    name="feeds:websub-deliver",
    status_code=202,
    opt={"who": ANYONE, "any_body": True},
    request_max_body_size=LARGEST_DELIVERY,
)
async def deliver(request: AnyRequest, feed: FromPath[str], token: FromPath[str]) -> Response[str]:
    """Fetch a feed soon because its hub says that it changed. What the hub sends is not read.

    Deliveries with a wrong signature are ignored. They get the same answer, as the standard asks for.
    """
    subscription = await _subscription(feed, token)
    if subscription is None:
        return _plain("", ENDED)
    signature = request.headers.get("x-hub-signature", "")
    if subscribing.is_signed(subscription, signature, await request.body()):
        await subscribing.fetch_soon(subscription.id)
    return _plain("", 202)


async def _subscription(number: str, token: str) -> HubSubscription | None:
    """The subscription at a callback address; None if it has ended. Raises NotFound if the address is not ours."""
    feed = as_id(number) or 0
    is_ours = hmac.compare_digest(subscribing.token_of(feed).encode(), token.encode())
    if not is_ours or not settings().websub_subscribe:
        raise NotFound(NO_SUBSCRIPTION)
    return await subscribing.find(feed)


def _plain(text: str, status: int = 200) -> Response[Any]:
    return Response(text, media_type=MediaType.TEXT, status_code=status)


handlers: list[object] = [verify, deliver]
