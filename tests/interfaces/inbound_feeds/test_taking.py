"""What a feed lists: which entries are new, which are offered, and that none is lost or doubled."""

import pytest

from parley.interfaces.inbound_feeds import ops
from parley.platform import db
from tests import make
from tests.interfaces.inbound_feeds.conftest import (
    FEED,
    Item,
    Web,
    add,
    column,
    fetch_now,
    make_now,
    rss,
    states,
    trust,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def feed(web: Web) -> int:
    """A feed that has been read once, when it listed `first`."""
    web.feed(rss(Item("first")))
    feed = await add()
    await fetch_now(feed)
    return feed


async def again(web: Web, feed: int, *items: Item) -> dict[str, str]:
    web.feed(rss(*items), etag=None)
    await fetch_now(feed)
    return await states(feed)


async def test_the_first_fetch_makes_nothing_and_offers_the_ten_newest(web: Web) -> None:
    web.feed(rss(*(Item(f"p{age}", age) for age in range(15))))
    feed = await add(mode="auto")
    await trust(feed)
    await fetch_now(feed)

    found = {slug: state for slug, state in (await states(feed)).items() if slug.startswith("p")}
    assert found == {f"p{age}": "waiting" if age < 10 else "old" for age in range(15)}
    assert await make_now() == 0
    assert await db.value("select count(*) from thread") == 0


async def test_a_new_entry_waits_for_review(web: Web, feed: int) -> None:
    assert await again(web, feed, Item("new"), Item("first")) == {"first": "waiting", "new": "waiting"}


async def test_a_trusted_feed_makes_threads_by_itself(web: Web) -> None:
    web.feed(rss(Item("first")))
    feed = await add(mode="auto")
    await fetch_now(feed)
    before = await again(web, feed, Item("early"), Item("first"))
    await trust(feed)
    web.article("new")
    found = await again(web, feed, Item("new"), Item("early"), Item("first"))
    await make_now()

    assert before["early"] == "waiting"
    assert found["new"] == "approved"
    assert await db.values("select title from thread") == ["new"]


async def test_old_entries_are_not_offered_and_future_dates_become_today(web: Web, feed: int) -> None:
    found = await again(web, feed, Item("ancient", 15), Item("tomorrow", -300), Item("first"))

    assert found == {"first": "waiting", "ancient": "old", "tomorrow": "waiting"}
    assert await db.value("select max(published_at) <= now() + interval '1 minute' from feed_item")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Item("a", guid="1"), Item("a", guid="2")),
        (Item("a", guid="1"), Item("a", 0.5, guid="1")),
        (Item("a", guid="1"), Item("a?source=rss-1------2", guid="1")),
        (Item("a?from=feed1", guid="1"), Item("a?from=feed2", guid="1")),
        (Item("a"), Item("http://www.blog.example/a/")),
        (Item("a"), Item("https://blog.example/a?utm_source=rss")),
    ],
)
async def test_the_same_article_is_the_same_entry(web: Web, feed: int, before: Item, after: Item) -> None:
    await again(web, feed, before, Item("first"))

    assert len(await again(web, feed, after, Item("first"))) == 2


@pytest.mark.parametrize(
    "after", [Item("b", guid="1"), Item("a#part", guid="2"), Item("?p=2", guid="1"), Item("other/c", guid="1")]
)
async def test_a_used_id_with_another_address_is_a_new_entry(web: Web, feed: int, after: Item) -> None:
    await again(web, feed, Item("a", guid="1"), Item("?p=1", guid="3"), Item("first"))

    assert len(await again(web, feed, after, Item("first"))) == 4


async def test_entries_with_one_id_for_all_are_told_apart_by_their_address(web: Web, feed: int) -> None:
    found = await again(web, feed, Item("view.asp?id=1", guid="x"), Item("view.asp?id=2", guid="x"), Item("first"))

    assert len(found) == 3


async def test_an_entry_that_vanishes_and_comes_back_is_known(web: Web, feed: int) -> None:
    await again(web, feed, Item("a"), Item("first"))
    await again(web, feed, Item("b"))

    assert list(await again(web, feed, Item("a"), Item("b"), Item("first"))) == ["first", "a", "b"]


async def test_a_feed_that_changes_as_a_whole_is_held(web: Web) -> None:
    web.feed(rss(*(Item(f"p{n}", n) for n in range(6))))
    feed = await add(mode="auto")
    await trust(feed)
    await fetch_now(feed)
    found = await again(web, feed, *(Item(f"moved/q{n}", n + 1) for n in range(6)))

    assert {found[f"q{n}"] for n in range(6)} == {"waiting"}
    assert await column(feed, "state") == "stopped"
    assert "changed at once" in str(await column(feed, "note"))
    await ops.start_feed(None, feed)
    assert (await column(feed, "state"), await column(feed, "note")) == ("active", "")


async def test_many_new_entries_with_new_dates_do_not_stop_a_feed(web: Web, feed: int) -> None:
    await db.execute("update inbound_feed set fetched_at = now() - interval '8 days'")
    found = await again(web, feed, *(Item(f"p{n}", n) for n in range(6)), Item("first"))

    assert len(found) == 7
    assert await column(feed, "state") == "active"


async def test_an_article_with_a_thread_is_not_offered_again(web: Web, feed: int) -> None:
    thread = await make.thread(make.text(url="https://www.blog.example/known/amp"))

    assert (await again(web, feed, Item("known"), Item("first")))["known"] == "known"
    assert await db.value("select thread from feed_item where state = 'known'") == thread


async def test_a_changed_title_is_saved_and_its_source_is_checked(web: Web, feed: int) -> None:
    thread = await make.thread(make.text(url="https://blog.example/known", fetched=True))
    await again(web, feed, Item("known"), Item("first"))
    await again(web, feed, Item("known", title="Known better"), Item("first"))

    assert await db.value("select title from feed_item where thread = $1", thread) == "Known better"
    assert await db.value("select check_at <= now() from article")


async def test_a_feed_is_in_the_list_once(web: Web, feed: int) -> None:
    from parley.platform.errors import Refused

    with pytest.raises(Refused, match="already"):
        await add(f"{FEED}#top")
    with pytest.raises(Refused, match="topic"):
        await add("https://other.example/", topic="nothing")
    with pytest.raises(Refused, match="why the full text"):
        await add("https://other.example/", display="full")
    with pytest.raises(Refused, match="not a web address"):
        await add("file:///etc/passwd")
