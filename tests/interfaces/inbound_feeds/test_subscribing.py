"""Subscriptions to the hubs of feeds: asked for, confirmed, renewed, refused; and what a hub sends is only a hint."""

import hmac
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from litestar import Litestar

from parley.articles.articles.text import CacheValidators
from parley.extraction.errors import CannotImport
from parley.interfaces.inbound_feeds import ops, reading, subscribing
from parley.interfaces.inbound_feeds.parsing import parse
from parley.platform import db
from parley.platform.settings import settings
from tests import make
from tests.interfaces.inbound_feeds.conftest import FEED, Item, Web, add, column, fetch_now, rss

pytestmark = pytest.mark.anyio

HUB = "https://hub.example/"
NAMED = f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='{HUB}'/>"
DAYS_LEFT = "extract(day from {} - now())::int"


class Hub:
    """Notes what it is asked. Without a `status` it cannot be reached."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.status = 202

    async def post(self, url: str, body: bytes, *_: object, **__: object) -> int:
        assert url == HUB
        if not self.status:
            raise CannotImport("away")
        self.asked.append({name: value for name, [value] in parse_qs(body.decode()).items()})
        return self.status

    @property
    def callback(self) -> str:
        return urlsplit(self.asked[-1]["hub.callback"]).path


@pytest.fixture
def hub(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    made = Hub()
    monkeypatch.setenv("PARLEY_WEBSUB_SUBSCRIBE", "on")
    monkeypatch.setattr(subscribing, "post", made.post)
    settings.cache_clear()
    yield made
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
async def feed(hub: Hub, web: Web) -> int:
    """A feed whose hub was asked for a subscription."""
    web.feed(rss(Item("first"), more=NAMED))
    feed = await add()
    await fetch_now(feed)
    assert await subscribing.subscribe_due() == 1
    return feed


def verification(**changed: str) -> dict[str, str]:
    asked = {"mode": "subscribe", "topic": FEED, "challenge": "words", "lease_seconds": "864000"} | changed
    return {f"hub.{name}": value for name, value in asked.items()}


async def confirmed(client: httpx.AsyncClient, hub: Hub) -> None:
    assert (await client.get(hub.callback, params=verification())).text == "words"


async def push(client: httpx.AsyncClient, hub: Hub, body: bytes, *, method: str = "sha256", secret: str = "") -> int:
    signature = hmac.digest((secret or hub.asked[-1]["hub.secret"]).encode(), body, method).hex()
    headers = {"X-Hub-Signature": f"{method}={signature}", "Content-Type": "application/rss+xml"}
    return (await client.post(hub.callback, content=body, headers=headers)).status_code


async def subscription(name: str) -> object:
    return await db.value(f"select {name} from feed_subscription")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            rss(more=NAMED + NAMED.replace("'hub' href='https://hub", "'self' href='https://blog")),
            "https://blog.example/",
        ),
        (
            b'{"version": "https://jsonfeed.org/version/1.1", "hubs": [3, {"type": "WebSub", "url": "%s"}]}'
            % HUB.encode(),
            "",
        ),
    ],
)
def test_a_feed_names_its_hub_and_its_own_address(body: bytes, expected: str) -> None:
    found = parse(body, FEED)

    assert found is not None
    assert (found.hub, found.hub_topic) == (HUB, expected)


async def test_a_header_names_the_hub_also_beside_letters_that_are_not_ascii(web: Web) -> None:
    """The feed was not read at all: its eighth failure would have been its last."""
    web.feed(rss(), headers={"link": f'<https://blog.example/é>; title="Zoë", <{HUB}>; rel="hub"'})
    assert (await reading.fetch_feed(FEED, CacheValidators(), None)).document.hub == HUB


async def test_a_hub_is_asked_once_and_the_subscription_is_confirmed_and_renewed(
    client: httpx.AsyncClient, hub: Hub, feed: int
) -> None:
    asked = hub.asked[0]
    assert (asked["hub.mode"], asked["hub.topic"], asked["hub.lease_seconds"]) == ("subscribe", FEED, "864000")
    assert await subscribing.subscribe_due() == 0

    await confirmed(client, hub)

    assert await subscription(DAYS_LEFT.format("leased_until")) == 10
    assert await subscription(DAYS_LEFT.format("due_at")) == 7
    await make.sign_in(client, await make.member("mira", role="moderator"))
    assert "tells us of new articles at once" in (await client.get(f"/mod/feeds/{feed}")).text
    await db.execute("update feed_subscription set due_at = now()")
    assert await subscribing.subscribe_due() == 1
    assert hub.asked[1] == asked


@pytest.mark.parametrize(
    "wrong",
    [
        {"topic": "https://other.example/"},
        {"mode": "unsubscribe"},
        {"mode": ""},
        {"challenge": ""},
        {"challenge": "w" * 1001},
    ],
)
async def test_nothing_is_confirmed_that_we_did_not_ask_for(
    client: httpx.AsyncClient, hub: Hub, feed: int, wrong: dict[str, str]
) -> None:
    answer = await client.get(hub.callback, params=verification(**wrong))

    assert answer.status_code == 404
    assert await subscription("leased_until") is None


async def test_a_confirmation_that_nobody_waits_for_is_refused(client: httpx.AsyncClient, hub: Hub, feed: int) -> None:
    await confirmed(client, hub)
    again = await client.get(hub.callback, params=verification(lease_seconds="1"))
    elsewhere = await client.get(f"{hub.callback}0", params=verification())

    assert (again.status_code, elsewhere.status_code) == (404, 404)
    assert await subscription(DAYS_LEFT.format("leased_until")) == 10


async def test_a_refusal_is_noted_and_the_hub_asked_again_a_week_later(
    client: httpx.AsyncClient, hub: Hub, feed: int
) -> None:
    answer = await client.get(hub.callback, params={"hub.mode": "denied", "hub.topic": FEED, "hub.reason": "No."})

    assert answer.status_code == 200
    assert await subscription(DAYS_LEFT.format("due_at")) == 7


@pytest.mark.parametrize("status", [0, 500])
async def test_a_hub_that_fails_is_asked_again_a_day_later(hub: Hub, feed: int, status: int) -> None:
    hub.status = status
    await db.execute("update feed_subscription set due_at = now()")
    await subscribing.subscribe_due()

    assert await subscription(DAYS_LEFT.format("due_at")) == 1


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha512"])
async def test_a_signed_delivery_makes_the_feed_due_and_is_not_read(
    client: httpx.AsyncClient, hub: Hub, feed: int, method: str
) -> None:
    await confirmed(client, hub)
    await db.execute("update inbound_feed set fetched_at = now() - interval '1 hour'")

    assert await push(client, hub, rss(Item("forged")), method=method) == 202

    assert await column(feed, "due_at <= now()")
    assert await db.value("select count(*) from feed_item") == 1


async def test_deliveries_fetch_a_feed_once_a_minute_at_most_and_not_while_it_fails(
    client: httpx.AsyncClient, hub: Hub, feed: int
) -> None:
    await push(client, hub, b"")
    assert await column(feed, "due_at between now() + interval '50 s' and now() + interval '5 minutes'")
    await db.execute(
        "update inbound_feed set failures = 1, due_at = now() + interval '2 hours', fetched_at = '2026-01-01'"
    )

    await push(client, hub, b"")

    assert await column(feed, "due_at > now() + interval '1 hour'")


async def test_a_wrong_signature_is_answered_alike_and_ignored(client: httpx.AsyncClient, hub: Hub, feed: int) -> None:
    before = await column(feed, "due_at")

    assert await push(client, hub, b"words", secret="wrong") == 202
    for header in ("", "sha256=", "md5=00", "sha256", "sha256=é".encode()):
        answer = await client.post(hub.callback, content=b"words", headers={"X-Hub-Signature": header})
        assert answer.status_code == 202
    assert (await client.post(f"{hub.callback}0", content=b"words")).status_code == 404
    assert await column(feed, "due_at") == before


async def test_a_subscription_ends_with_its_feed_and_when_the_feed_names_no_hub(
    client: httpx.AsyncClient, hub: Hub, web: Web, feed: int
) -> None:
    web.feed(rss(Item("first"), Item("second")), etag=None)
    await fetch_now(feed)
    assert await push(client, hub, b"") == 410

    web.feed(rss(Item("third"), more=NAMED), etag=None, headers={"link": '<https://b.example/>; rel="hub"'})
    await fetch_now(feed)
    assert (await subscription("hub"), await subscription("topic")) == ("https://b.example/", FEED)
    await ops.remove_feed(None, feed)

    assert await push(client, hub, b"") == 410


async def test_without_the_setting_no_hub_is_asked(client: httpx.AsyncClient, web: Web) -> None:
    web.feed(rss(Item("first"), more=NAMED))
    feed = await add()
    await fetch_now(feed)

    assert await subscribing.subscribe_due() == 0
    assert (await client.get(f"/websub/{feed}/{subscribing.token_of(feed)}")).status_code == 404
