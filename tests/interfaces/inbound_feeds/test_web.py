"""`/mod/feeds`: moderators decide on entries; admins add, change, pause and remove feeds."""

import httpx
import pytest

from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.interfaces.inbound_feeds.conftest import FEED, Item, Web, add, column, fetch_now, rss, states

pytestmark = pytest.mark.anyio

NEW = {"url": FEED, "topic": "research"}


@pytest.fixture
async def ada(client: httpx.AsyncClient) -> Viewer:
    """An admin, signed in on `client`."""
    ada = await make.member("ada", role="admin")
    await make.sign_in(client, ada)
    return ada


@pytest.fixture
async def feed(web: Web) -> int:
    web.feed(rss(Item("a", title="An <b>essay</b>"), Item("b"), Item("c")))
    feed = await add()
    await fetch_now(feed)
    return feed


async def test_an_admin_adds_a_feed_and_sees_the_entries_that_wait(
    client: httpx.AsyncClient, web: Web, ada: Viewer
) -> None:
    empty = await client.get("/mod/feeds")
    added = await client.post("/mod/feeds", data=NEW | {"full": "1", "basis": "CC BY 4.0, see its footer"})
    web.feed(rss(Item("a", title="An essay")))
    feed = await db.value("select id from inbound_feed")
    await fetch_now(feed)
    listed, page = await client.get("/mod/feeds"), await client.get(added.headers["location"])

    assert "Nothing yet" in empty.text
    assert (added.status_code, added.headers["location"]) == (303, f"/mod/feeds/{feed}")
    assert "1 waits for review" in listed.text
    assert "An essay" in page.text and "CC BY 4.0" in page.text
    assert "Feed added" in (await client.get("/mod/log")).text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"url": "ftp://a.example"}, "not a web address"),
        ({"url": ""}, "Please fill this in"),
        ({"topic": ""}, "Please choose one of these"),
        ({"topic": "nothing"}, "no topic"),
        ({"full": "1", "basis": "mine"}, "why the full text"),
        ({"url": "http://["}, "not a web address"),
    ],
)
async def test_a_mistake_is_explained_and_the_typed_text_is_kept(
    client: httpx.AsyncClient, ada: Viewer, wrong: dict[str, str], sentence: str
) -> None:
    answer = await client.post("/mod/feeds", data={**NEW, "basis": "typed words", **wrong})

    assert answer.status_code in {403, 422}
    assert sentence in answer.text
    assert (wrong.get("url", FEED)) in answer.text and wrong.get("basis", "typed words") in answer.text
    assert await db.value("select count(*) from inbound_feed") == 0


async def test_a_moderator_makes_one_skips_one_and_decides_the_rest(client: httpx.AsyncClient, feed: int) -> None:
    await make.sign_in(client, await make.member("mo", role="moderator"))
    first, second = await db.values("select id from feed_item order by id limit 2")
    await client.post(f"/mod/feeds/{feed}/{first}/make")
    await client.post(f"/mod/feeds/{feed}/{second}/skip")
    one_by_one = await states(feed)
    await client.post(f"/mod/feeds/{feed}/make")
    page = await client.get(f"/mod/feeds/{feed}")

    assert one_by_one == {"a": "approved", "b": "skipped", "c": "waiting"}
    assert await states(feed) == {"a": "approved", "b": "skipped", "c": "approved"}
    assert "Nothing is waiting" in page.text and "An &lt;b&gt;" not in page.text
    assert "Add a feed" not in (await client.get("/mod/feeds")).text


async def test_all_that_wait_can_be_skipped_and_a_skipped_one_made_after_all(
    client: httpx.AsyncClient, ada: Viewer, feed: int
) -> None:
    await client.post(f"/mod/feeds/{feed}/skip")
    skipped = set((await states(feed)).values())
    item = await db.value("select max(id) from feed_item")
    await client.post(f"/mod/feeds/{feed}/{item}/make")

    assert skipped == {"skipped"}
    assert (await states(feed))["c"] == "approved"


async def test_an_entry_of_another_feed_stays_as_it_is(client: httpx.AsyncClient, ada: Viewer, feed: int) -> None:
    other = await add("https://other.example/feed.xml")
    item = await db.value("select max(id) from feed_item")
    await client.post(f"/mod/feeds/{other}/{item}/make")

    assert (await states(feed))["c"] == "waiting"


async def test_an_admin_changes_pauses_starts_reads_and_removes_a_feed(
    client: httpx.AsyncClient, ada: Viewer, feed: int
) -> None:
    path = f"/mod/feeds/{feed}"
    changed = await client.post(path, data={"topic": "policy", "auto": "1"})
    page = await client.get(path)
    await client.post(f"{path}/pause", data={"on": "1"})
    paused = await column(feed, "state")
    await client.post(f"{path}/pause", data={"on": "0"})
    await db.execute("update inbound_feed set due_at = now() + interval '1 hour'")
    await client.post(f"{path}/fetch")

    assert changed.status_code == 303
    assert "After 10 more approvals" in page.text
    assert (paused, await column(feed, "state"), await column(feed, "topic")) == ("paused", "active", "policy")
    assert await db.value("select due_at <= now() from inbound_feed")
    assert (await client.post(path, data={"topic": "policy", "full": "1"})).status_code == 422
    assert (await client.post(f"{path}/remove")).headers["location"] == "/mod/feeds"
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize("role", ["visitor", "member", "moderator"])
async def test_members_and_visitors_see_and_change_nothing(client: httpx.AsyncClient, feed: int, role: str) -> None:
    if role != "visitor":
        await make.sign_in(client, await make.member(role=role))
    path = f"/mod/feeds/{feed}"
    seen = {(await client.get(one)).status_code for one in ("/mod/feeds", path)}
    sent = {(await client.post(one)).status_code for one in ("/mod/feeds", path, f"{path}/pause", f"{path}/remove")}

    assert seen == ({200} if role == "moderator" else {404})
    assert sent == {404}
    assert (await client.get("/mod/feeds/999")).status_code == 404
    assert (await client.post("/mod/feeds/x/fetch")).status_code == 404
    assert await column(feed, "state") == "active"


OPML = b'<opml version="2.0"><body><outline xmlUrl="https://a.example/f"/><outline xmlUrl="%s"/></body></opml>'


async def test_an_admin_adds_the_feeds_of_a_list(client: httpx.AsyncClient, web: Web, ada: Viewer) -> None:
    await add()
    file = {"file": ("feeds.opml", OPML % FEED.encode())}

    answer = await client.post("/mod/feeds/import", data={"topic": "research"}, files=file)

    assert (answer.status_code, answer.headers["location"]) == (303, "/mod/feeds?added=1&refused=1")
    said = await client.get(answer.headers["location"])
    assert "1 feed added." in said.text and "1 was not, as it is in the list already." in said.text
    assert await db.values("select mode || display from inbound_feed where host = 'a.example'") == ["reviewexcerpt"]


@pytest.mark.parametrize(
    ("file", "topic", "sentence"),
    [
        (b"<rss/>", "craft", "no OPML file with feeds"),
        (b"\0\xff", "craft", "no OPML file with feeds"),
        (b"", "craft", "no OPML file with feeds"),
        (b"x" * 1_000_001, "craft", "1 MB"),
        (OPML % b"https://b.example/f", "nothing", "no topic nothing"),
        (None, "craft", "choose a file"),
    ],
)
async def test_a_file_that_lists_no_feeds_is_refused(
    client: httpx.AsyncClient, ada: Viewer, file: bytes | None, topic: str, sentence: str
) -> None:
    files = {"file": ("feeds.opml", file)} if file is not None else None

    answer = await client.post("/mod/feeds/import", data={"topic": topic}, files=files)

    assert answer.status_code in {403, 422}
    assert sentence in answer.text
    assert (topic == "nothing") or f'value="{topic}" selected' in answer.text
    assert await db.value("select count(*) from inbound_feed") == 0


async def test_only_admins_add_lists_of_feeds(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member("mo", role="moderator"))

    assert (await client.post("/mod/feeds/import", data={"topic": "craft"})).status_code == 404
