"""From an approved entry to a thread: excerpt or full text, doubles, limits, robots.txt, what fails."""

import msgspec
import pytest

from parley.extraction.errors import CannotImport, SiteBusy
from parley.extraction.fetching.fetch import Download
from parley.interfaces.inbound_feeds import jobs, ops
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.text.messages import N_
from tests import make
from tests.interfaces.inbound_feeds.conftest import Item, Web, add, fetch_now, make_now, rss, states

pytestmark = pytest.mark.anyio


@pytest.fixture
async def mo(web: Web) -> Viewer:
    return await make.member("mo", role="moderator")


async def approved(web: Web, mo: Viewer, *slugs: str, **use: str) -> int:
    web.feed(rss(*(Item(one) for one in slugs)))
    feed = await add(**use)
    await fetch_now(feed)
    await ops.approve(mo, feed)
    return feed


async def test_an_approved_entry_becomes_a_thread_with_an_excerpt(web: Web, mo: Viewer) -> None:
    web.article("essay", words=600)
    feed = await approved(web, mo, "essay")
    await make_now()

    assert await states(feed) == {"essay": "made"}
    row = await db.fetch_one(
        Made, "select a.display, t.topic, t.starter, length(string_agg(p.text, '')) as length from article a "
        "join thread t on t.article = a.id join revision r on r.article = a.id join passage p on p.revision = r.id "
        "group by 1, 2, 3"
    )  # fmt: skip
    assert row is not None
    assert (row.display, row.topic, row.starter) == ("excerpt", "research", None)
    # What may not be shown is not stored either.
    assert row.length < 1_500


class Made(msgspec.Struct, frozen=True):
    display: str
    topic: str
    starter: int | None
    length: int


async def test_a_written_basis_shows_the_text_unless_its_page_reserves_it(web: Web, mo: Viewer) -> None:
    web.article("open")
    web.article("closed", reservations=("noarchive",))
    await approved(web, mo, "open", "closed", display="full", basis="CC BY 4.0, see the footer")
    await make_now()

    assert await db.values("select display from article order by url") == ["excerpt", "full"]


async def test_a_basis_covers_the_feeds_own_site_only(web: Web, mo: Viewer) -> None:
    elsewhere = "https://other.example/essay"
    web.article("essay", url=elsewhere)
    web.pages[elsewhere] = web.pages.pop("https://blog.example/essay")
    await approved(web, mo, elsewhere, display="full", basis="CC BY 4.0, see the footer")
    await make_now()

    assert await db.values("select display from article") == ["excerpt"]


async def test_one_article_has_one_thread(web: Web, mo: Viewer) -> None:
    thread = await make.thread(make.text("Words of it.", url="https://blog.example/canonical", fetched=True))
    web.article("a", url="https://blog.example/canonical")
    web.article("b")
    same = web.pages["https://blog.example/b"]
    words = [number * 7 for number in range(48)]
    web.pages["https://blog.example/b"] = msgspec.structs.replace(same, fingerprint=words)  # type: ignore[type-var]
    web.article("c", fingerprint=words)
    feed = await approved(web, mo, "a", "b", "c")
    await make_now()

    assert sorted((await states(feed)).values()) == ["known", "known", "made"]
    assert await db.value("select thread from feed_item where url like '%/a'") == thread
    assert await db.value("select count(*) from thread") == 2
    # The thread that was there has its text still.
    assert await db.value("select count(*) from revision") == 2


async def test_five_threads_of_a_feed_are_made_in_a_day_and_the_others_on_the_next(web: Web, mo: Viewer) -> None:
    slugs = [f"p{n}" for n in range(7)]
    for slug in slugs:
        web.article(slug)
    feed = await approved(web, mo, *slugs)
    await make_now()
    first = sorted((await states(feed)).values())
    await db.execute("update feed_item set made_at = now() - interval '25 hours' where made_at is not null")
    await make_now()

    assert first == ["approved"] * 2 + ["made"] * 5
    assert set((await states(feed)).values()) == {"made"}


async def test_one_request_to_a_host_at_a_time(web: Web, mo: Viewer) -> None:
    web.article("a")
    web.article("b")
    feed = await approved(web, mo, "a", "b")
    await db.execute("update feed_host set next_at = now()")

    assert await jobs.make_approved() == 1
    assert sorted((await states(feed)).values()) == ["approved", "made"]


@pytest.mark.parametrize(
    ("robots", "state"),
    [
        ("User-agent: *\nDisallow: /", "failed"),
        ("User-agent: Parley\nDisallow: /es*", "failed"),
        ("User-agent: *\nDisallow: /private", "made"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: parley\nAllow: /", "made"),
    ],
)
async def test_robots_txt_is_obeyed_and_asked_once(web: Web, mo: Viewer, robots: str, state: str) -> None:
    url = "https://blog.example/robots.txt"
    web.pages[url] = Download(url, url, "text/plain", None, robots.encode(), None, None)
    web.article("essay")
    web.article("essay2")
    feed = await approved(web, mo, "essay", "essay2")
    await make_now()

    assert set((await states(feed)).values()) == {state}
    assert web.asked.count(url) == 1
    if state == "failed":
        assert "robots.txt" in await db.value("select message from feed_item limit 1")


async def test_a_page_that_is_not_an_article_fails_and_can_be_tried_again(web: Web, mo: Viewer) -> None:
    web.article("short", words=20)
    web.pages["https://blog.example/paid"] = CannotImport(N_("The site shows this only after a login or a payment."))
    feed = await approved(web, mo, "short", "paid")
    await make_now()
    failed = await states(feed)
    web.article("short")
    item = await db.value("select id from feed_item where url like '%/short'")
    await ops.approve(mo, feed, [item])
    await make_now()

    assert failed == {"short": "failed", "paid": "failed"}
    assert await states(feed) == {"short": "made", "paid": "failed"}


async def test_a_busy_site_is_tried_again_later(web: Web, mo: Viewer) -> None:
    busy = SiteBusy(N_("The site is busy."))
    busy.retry_after = "3600"
    web.pages["https://blog.example/a"] = busy
    feed = await approved(web, mo, "a")
    await db.execute("update feed_host set next_at = now()")
    await jobs.make_approved()

    assert await states(feed) == {"a": "approved"}
    assert await db.value("select next_at > now() + interval '59 minutes' from feed_host")


async def test_a_paused_feed_makes_nothing_and_a_removed_one_leaves_its_threads(web: Web, mo: Viewer) -> None:
    web.article("a")
    web.article("b")
    feed = await approved(web, mo, "a", "b")
    await ops.pause_feed(None, feed)
    paused = await make_now()
    await ops.start_feed(None, feed)
    await make_now()
    await ops.remove_feed(None, feed)

    assert paused == 0
    assert await db.value("select count(*) from thread") == 2
    assert await db.value("select count(*) from feed_item") == 0
    assert await db.values("select action from mod_action order by id") == [
        "feed.add", "feed.pause", "feed.start", "feed.remove",
    ]  # fmt: skip


async def test_a_feed_that_is_added_again_makes_no_second_threads(web: Web, mo: Viewer) -> None:
    web.article("a")
    feed = await approved(web, mo, "a")
    await make_now()
    await ops.remove_feed(None, feed)
    again = await approved(web, mo, "a")
    await make_now()

    assert await states(again) == {"a": "known"}
    assert await db.value("select count(*) from thread") == 1
