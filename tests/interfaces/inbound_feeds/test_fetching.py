"""What the answers of a feed's server mean for the next time: moved, gone, busy, unchanged, no feed."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from litestar import Litestar

from parley.extraction.errors import CannotImport, PageGone, SiteBusy
from parley.interfaces.inbound_feeds import jobs, rules
from parley.interfaces.inbound_feeds.rules import FeedDocument, FeedEntry
from parley.platform import db
from parley.platform.text.messages import N_
from tests.interfaces.inbound_feeds.conftest import FEED, NOW, Item, Web, add, column, fetch_now, rss, states

pytestmark = pytest.mark.anyio


@pytest.fixture
async def feed(web: Web) -> int:
    web.feed(rss(Item("first")))
    feed = await add()
    await fetch_now(feed)
    return feed


async def test_the_worker_fetches_due_feeds_one_per_host_at_a_time(web: Web) -> None:
    web.feed(rss(Item("first")))
    web.feed(rss(Item("second")), "https://blog.example/other.xml")
    web.feed(rss(Item("third")), "https://third.example/feed.xml")
    for url in web.pages:
        await add(url)

    assert await jobs.fetch_due() == 2
    assert len(web.asked) == 2
    assert await jobs.fetch_due() == 0
    await db.execute("update feed_host set next_at = now()")
    assert await jobs.fetch_due() == 1
    assert await db.value("select count(*) from inbound_feed where due_at < now() + interval '50 minutes'") == 0


async def test_an_unchanged_feed_changes_nothing(web: Web, feed: int) -> None:
    await db.execute("update inbound_feed set failures = 2, failing_since = now(), note = 'Away.'")
    await fetch_now(feed)
    web.feed(rss(Item("first")), etag=None)
    await fetch_now(feed)

    assert list(await states(feed)) == ["first"]
    assert (await column(feed, "failures"), await column(feed, "note")) == (0, "")


@pytest.mark.parametrize("wrong", [b"<html><body><p>Not found.</p></body></html>", b"{}", b"\x00\x01", b"words"])
async def test_a_page_that_is_not_a_feed_is_a_failure_and_loses_nothing(web: Web, feed: int, wrong: bytes) -> None:
    web.feed(wrong, etag=None)
    await fetch_now(feed)

    assert "no feed at this address" in str(await column(feed, "note"))
    assert await column(feed, "failures") == 1
    assert list(await states(feed)) == ["first"]


async def test_failures_make_the_pause_longer_up_to_a_day(web: Web, feed: int) -> None:
    web.pages[FEED] = CannotImport(N_("The site cannot be reached."))
    waits = []
    for _ in range(7):
        await fetch_now(feed)
        waits.append(await db.value("select round(extract(epoch from due_at - now()) / 3600)::int from inbound_feed"))

    assert waits == [1, 2, 4, 8, 16, 24, 24]
    assert await column(feed, "state") == "active"


async def test_a_busy_site_is_left_alone_as_long_as_it_asks_for(web: Web, feed: int) -> None:
    busy = SiteBusy(N_("The site is busy."))
    busy.retry_after = "7200"
    web.pages[FEED] = busy
    await fetch_now(feed)

    assert await db.value("select next_at > now() + interval '119 minutes' from feed_host")
    assert await db.value("select due_at > now() + interval '119 minutes' from inbound_feed")


async def test_a_permanent_redirect_is_followed_for_good_after_three_sightings(web: Web, feed: int) -> None:
    new = "https://new.example/feed.xml"
    web.feed(rss(Item("first")), final_url=new, moved=True, etag=None)
    seen = []
    for _ in range(3):
        seen.append(await column(feed, "url"))
        await fetch_now(feed)

    assert seen == [FEED] * 3
    assert (await column(feed, "url"), await column(feed, "host")) == (new, "new.example")
    assert await column(feed, "etag") is None


async def test_other_redirects_and_old_sightings_do_not_count(web: Web, feed: int) -> None:
    web.feed(rss(Item("first"), Item("b")), final_url="https://new.example/feed.xml", moved=True, etag=None)
    await fetch_now(feed)
    await fetch_now(feed)
    await db.execute("update inbound_feed set moved_at = now() - interval '3 days'")
    await fetch_now(feed)
    for number in range(4):
        web.feed(rss(Item("first"), Item(f"c{number}")), final_url="https://new.example/feed.xml", etag=None)
        await fetch_now(feed)

    assert await column(feed, "url") == FEED


async def test_a_feed_may_say_that_it_has_moved(web: Web, feed: int) -> None:
    new = "https://new.example/feed.xml"
    for _ in range(3):
        web.feed(f"<redirect><newLocation>{new}</newLocation></redirect>".encode(), etag='"v2"')
        await fetch_now(feed)

    assert await column(feed, "url") == new
    assert list(await states(feed)) == ["first"]


async def test_a_feed_that_moves_to_the_address_of_another_feed_is_paused(web: Web, feed: int) -> None:
    await add("https://new.example/feed.xml")
    for number in range(3):
        more = f"<ttl>{number}</ttl>"
        web.feed(rss(Item("first"), more=more), final_url="https://new.example/feed.xml", moved=True, etag=None)
        await fetch_now(feed)

    assert await column(feed, "state") == "paused"
    assert "in the list already" in str(await column(feed, "note"))


async def test_gone_ends_a_feed_and_missing_for_a_week_pauses_it(web: Web, feed: int) -> None:
    web.pages[FEED] = PageGone(N_("The site has no page at this address."))
    await fetch_now(feed)
    missing = await column(feed, "state")
    await db.execute("update inbound_feed set failing_since = now() - interval '8 days'")
    await fetch_now(feed)
    week = await column(feed, "state")
    gone = PageGone(N_("The site has no page at this address."))
    gone.is_for_good = True
    web.pages[FEED] = gone
    await fetch_now(feed)

    assert (missing, week, await column(feed, "state")) == ("active", "paused", "gone")


def test_the_pause_is_the_longest_that_server_or_feed_asks_for() -> None:
    daily = FeedDocument("", [FeedEntry("https://a.example/", published_at=NOW - timedelta(days=n)) for n in range(5)])

    assert rules.pause_after(FeedDocument(""), "") == 3_600
    assert rules.pause_after(FeedDocument("", ttl=180), "max-age=600") == 3 * 3_600
    assert rules.pause_after(FeedDocument("", ttl=60), "public, max-age=7200") == 2 * 3_600
    assert rules.pause_after(daily, "") == 12 * 3_600
    assert rules.pause_after(FeedDocument("", ttl=99_999), "max-age=999999999") == 24 * 3_600


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 10),
        ("9" * 30, 7 * 86_400),
        ("soon", 60),
        ("", 60),
        (format_datetime(NOW + timedelta(hours=1)), 3_600),
        (format_datetime(NOW - timedelta(hours=1)), 10),
    ],
    ids=["seconds", "none", "very many", "words", "empty", "later", "earlier"],
)
def test_retry_after_in_seconds_or_as_a_date(header: str, seconds: int) -> None:
    assert rules.retry_seconds(header, NOW) == pytest.approx(seconds, abs=60)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/a", "http://169.254.169.254/latest/meta-data", "http://[::ffff:10.0.0.1]/a"]
)
async def test_a_feed_in_our_own_network_is_not_asked(app: Litestar, url: str) -> None:
    feed = await add(url)
    await fetch_now(feed)
    assert "not on the public internet" in str(await column(feed, "note"))
    assert await column(feed, "title") == ""
