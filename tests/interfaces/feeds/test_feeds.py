"""Feeds: what they contain, in the form that their formats ask for."""

from datetime import datetime
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from litestar import Litestar
from lxml import etree

from parley.discussion.commenting import editing
from parley.interfaces.feeds import formats, making, web
from parley.interfaces.feeds.formats import Feed, SyndicationEntry
from parley.interfaces.search import jobs as search_jobs
from parley.platform import db
from tests import make
from tests.restricting import decide

pytestmark = pytest.mark.anyio

ATOM = f"{{{formats.ATOM}}}"
THREADING = f"{{{formats.THREADING}}}"
TOMBSTONE = f"{{{formats.TOMBSTONES}}}deleted-entry"
# Children of a feed and of an entry by RFC 4287, 4.1: each once, at most once, or as often as they like.
ONCE = {"id", "title", "updated"}
IN_ENTRY = ONCE | {"published", "content", "summary", "rights", "source"}
REPEATED = {"link", "category", "author", "contributor"}


def read(answer: httpx.Response) -> etree._Element:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    check(root)
    return root


def check(root: etree._Element) -> None:
    """Assert what RFC 4287 says MUST be so, as far as our elements go."""
    assert root.tag == f"{ATOM}feed"
    assert {link.get("rel") for link in root.findall(f"{ATOM}link")} == {"self", "alternate"}
    entries = root.findall(f"{ATOM}entry")
    for element, single in ((root, ONCE | {"subtitle", "rights"}), *((entry, IN_ENTRY) for entry in entries)):
        names = [etree.QName(child).localname for child in element if etree.QName(child).namespace == formats.ATOM]
        assert {name for name in names if names.count(name) > 1} <= REPEATED | {"entry"}
        assert set(names) >= ONCE
        assert set(names) <= single | REPEATED | {"entry"}
        for name in ("updated", "published"):
            for child in element.findall(ATOM + name):
                assert datetime.fromisoformat(child.text or "").tzinfo is not None
        assert urlsplit(element.findtext(f"{ATOM}id", "")).scheme == "tag"
    for entry in entries:
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
        assert entry.find(f"{ATOM}content").get("type") == "html"
        assert [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
    known = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(known) == len(set(known))
    assert all(link.get("href", "").startswith("http") for link in root.iter(f"{ATOM}link"))


def texts(root: etree._Element, name: str) -> list[str]:
    return [entry.findtext(ATOM + name, "") for entry in root.findall(f"{ATOM}entry")]


async def test_taking_down_a_text_updates_its_entry(client: httpx.AsyncClient, app: Litestar) -> None:
    thread, mo = await make.thread(), await make.member(role="moderator")
    await db.execute("update thread set created_at = now() - interval '1 day'")
    await db.execute("update revision set created_at = now() - interval '1 day'")
    before = read(await client.get("/feed.atom"))
    decision = await decide(mo, thread, "text")
    web._cache.clear()

    after = read(await client.get("/feed.atom"))

    decided_at = await db.value("select date_trunc('second', created_at) from decision where id = $1", decision)
    [updated] = texts(after, "updated")
    assert datetime.fromisoformat(updated) == decided_at
    assert texts(before, "updated") != [updated]
    assert texts(before, "content") != texts(after, "content")


async def test_the_feed_of_a_thread_has_its_comments_with_what_they_answer(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    [lineage, *_] = await make.lineages(thread)
    root = await make.comment(
        thread, jon, "No, says @jon.", stance="challenges", passage=lineage, quote="The model answers"
    )
    reply = await make.comment(thread, jon, "It *does*.", parent=root)

    feed = read(await client.get(f"/t/{thread}/feed.atom"))

    first, second = feed.findall(f"{ATOM}entry")
    assert texts(feed, "id") == [f"tag:localhost,2026-01-01:comment/{one}" for one in (reply, root)]
    assert "<em>does</em>" in first.findtext(f"{ATOM}content", "")
    assert first.find(f"{THREADING}in-reply-to").get("ref") == f"tag:localhost,2026-01-01:comment/{root}"
    assert second.find(f"{THREADING}in-reply-to").get("ref") == f"tag:localhost,2026-01-01:thread/{thread}"
    assert second.find(f"{ATOM}category").get("term") == "challenges"
    assert "<blockquote><p>The model answers</p></blockquote>" in second.findtext(f"{ATOM}content", "")
    assert 'href="http://localhost/u/jon"' in second.findtext(f"{ATOM}content", "")


async def test_a_deleted_comment_is_in_the_feed_as_deleted_and_a_held_one_is_not(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    gone = await make.comment(thread, jon, "Gone.")
    held = await make.comment(thread, jon, "Held.")
    await editing.delete_comment(viewer=jon, comment_id=gone)
    await make.put_state("comment", held, "pending")

    answer = await client.get(f"/t/{thread}/feed.atom")

    feed = read(answer)
    assert [one.get("ref") for one in feed.findall(TOMBSTONE)] == [f"tag:localhost,2026-01-01:comment/{gone}"]
    assert feed.findall(f"{ATOM}entry") == []
    assert "Gone." not in answer.text
    assert f"comment/{held}" not in answer.text


async def test_the_feeds_of_the_site_and_of_topics_have_threads_with_an_excerpt(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    long = "It goes on for a while. " * 30
    text = make.text(long, "The end of it.", title="The <wager> & more", url="https://source.example/story")
    thread = await make.thread(text)
    await make.thread(topic="society" if await db.value("select 1 from topic where slug = 'society'") else "research")

    site = await client.get("/feed.atom")
    topic = read(await client.get("/topic/research/feed.atom"))

    assert "The <wager> & more" in texts(read(site), "title")
    entry = next(one for one in topic.iter(f"{ATOM}entry") if one.findtext(f"{ATOM}id", "").endswith(f"/{thread}"))
    assert len(entry.findtext(f"{ATOM}content", "")) < 400
    assert "The end of it." not in site.text
    assert 'href="https://source.example/story"' in site.text


async def test_a_member_has_a_feed_unless_they_want_none(client: httpx.AsyncClient, app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    comment = await make.comment(thread, jon, "Mine.")
    assert texts(read(await client.get("/u/jon/feed.atom")), "id") == [f"tag:localhost,2026-01-01:comment/{comment}"]
    assert 'href="/u/jon/feed.atom"' in (await client.get("/u/jon")).text
    await make.sign_in(client, jon)

    saved = await client.post("/settings/feed", data={"no_feed": "1"})

    assert saved.headers["location"] == "/settings/security?saved=feed#feed"
    assert 'name="no_feed" value="1" checked' in (await client.get("/settings/security")).text
    assert (await client.get("/u/jon/feed.json")).status_code == 404
    assert "feed.atom" not in (await client.get("/u/jon")).text
    await client.post("/settings/feed", data={})
    assert (await client.get("/u/jon/feed.json")).status_code == 200


async def test_visitors_cannot_switch_a_feed_off(client: httpx.AsyncClient, app: Litestar) -> None:
    assert (await client.post("/settings/feed", data={"no_feed": "1"})).status_code == 401


@pytest.mark.parametrize("path", ["/t/999/feed.atom", "/t/x/feed.json", "/u/nobody/feed.atom", "/topic/x/feed.atom"])
async def test_a_missing_page_has_no_feed(client: httpx.AsyncClient, app: Litestar, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_json_feed_has_what_the_format_asks_for(client: httpx.AsyncClient, app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    comment = await make.comment(thread, jon, "Mine.", stance="adds")

    answer = await client.get(f"/t/{thread}/feed.json")

    feed = msgspec.json.decode(answer.content)
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"http://localhost/t/{thread}/feed.json"
    [item] = feed["items"]
    assert item["id"] == f"tag:localhost,2026-01-01:comment/{comment}"
    assert item["authors"] == [{"name": "jon", "url": "http://localhost/u/jon"}]
    assert item["tags"] == ["adds"]
    assert "Mine." in item["content_html"]


async def test_a_reader_with_the_current_feed_gets_304(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread()
    first = await client.get(f"/t/{thread}/feed.atom")
    same = await client.get(f"/t/{thread}/feed.atom", headers={"if-none-match": first.headers["etag"]})
    await make.comment(thread, await make.member(), "New.")
    web._cache.clear()

    changed = await client.get(f"/t/{thread}/feed.atom", headers={"if-none-match": first.headers["etag"]})

    assert (same.status_code, same.content, changed.status_code) == (304, b"", 200)
    assert first.headers["access-control-allow-origin"] == same.headers["access-control-allow-origin"] == "*"
    assert first.headers["x-robots-tag"] == "noindex"


async def test_ids_stay_when_the_site_moves(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread()
    await db.execute("update community set tag_authority = 'old.example,2026-11-27'")

    feed = read(await client.get("/feed.atom"))

    assert texts(feed, "id") == [f"tag:old.example,2026-11-27:thread/{thread}"]


async def test_the_authority_is_fixed_once_but_not_on_localhost(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    await making.fix_authority()
    assert await db.value("select tag_authority from community") == ""
    moved = msgspec.structs.replace(making.settings(), base_url="https://talk.example")
    monkeypatch.setattr(making, "settings", lambda: moved)

    await making.fix_authority()
    first = await making.authority()
    monkeypatch.setattr(making, "settings", lambda: msgspec.structs.replace(moved, base_url="https://new.example"))
    await making.fix_authority()

    assert first.startswith("talk.example,")
    assert await making.authority() == first


STRANGE = ["\x01\x0b", "\ufffe\uffff", "]]>", "<script>", "&amp;", "\U0010ffff", ""]


@pytest.mark.parametrize("text", STRANGE)
def test_any_text_makes_readable_documents(text: str) -> None:
    at = datetime.fromisoformat("2026-11-27T10:00:00Z")
    entry = SyndicationEntry(
        "tag:a", "http://localhost/c/1", text, f"<p>{text}</p>", text or "x", None, at, at, topic=text
    )
    feed = Feed("tag:b", text, "http://localhost/", "/feed", at, [entry])

    assert etree.fromstring(formats.atom(feed, "http://localhost")).tag == f"{ATOM}feed"
    assert msgspec.json.decode(formats.json_feed(feed, "http://localhost"))["title"] == text


async def test_a_passage_has_a_feed_of_the_comments_on_it(client: httpx.AsyncClient, app: Litestar) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    [lineage, *_] = await make.lineages(thread)
    here = await make.comment(thread, jon, "Here.", passage=lineage, quote="The model answers")
    await make.comment(thread, jon, "Elsewhere.")

    feed = read(await client.get(f"/t/{thread}/feed.atom?passage={lineage}"))

    assert texts(feed, "id") == [f"tag:localhost,2026-01-01:comment/{here}"]
    assert feed.find(f"{ATOM}link[@rel='self']").get("href").endswith(f"feed.atom?passage={lineage}")
    assert len(texts(read(await client.get(f"/t/{thread}/feed.atom")), "id")) == 2


async def test_a_feed_of_a_passage_says_which_of_its_own_comments_are_gone(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    [lineage, *_] = await make.lineages(thread)
    here = await make.comment(thread, jon, "Here.", passage=lineage, quote="The model answers")
    gone = [here, await make.comment(thread, jon, "Elsewhere."), await make.comment(thread, jon, "Below.", parent=here)]
    for comment in reversed(gone):
        await editing.delete_comment(viewer=jon, comment_id=comment)

    async def deleted(query: str) -> set[str]:
        feed = read(await client.get(f"/t/{thread}/feed.atom{query}"))
        return {one.get("ref").rpartition("/")[2] for one in feed.iter(TOMBSTONE)}

    assert await deleted(f"?passage={lineage}") == {str(here)}
    assert await deleted("") == {str(comment) for comment in gone}


async def test_a_search_has_a_feed_of_new_comments(client: httpx.AsyncClient, app: Litestar) -> None:
    jon, mira, thread = await make.member("jon"), await make.member("mira"), await make.thread()
    first = await make.comment(thread, jon, "A remark on turbines.")
    second = await make.comment(thread, jon, "Turbines again.")
    gone = await make.comment(thread, jon, "Turbines, removed.")
    await search_jobs.index_events()
    await make.put_state("comment", gone, "removed")

    feed = read(await client.get("/search.atom?q=turbine"))

    assert texts(feed, "id") == [f"tag:localhost,2026-01-01:comment/{one}" for one in (second, first)]
    assert feed.find(f"{ATOM}link[@rel='alternate']").get("href") == "http://localhost/search?q=turbine"
    assert (await client.get("/search.atom")).status_code == 422
    await make.block(mira, jon)
    await make.sign_in(client, mira)
    assert texts(read(await client.get("/search.atom?q=turbine")), "id") == []


async def test_the_feed_of_a_search_is_cached_for_readers_who_hide_the_same_authors(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    jon, mira, thread = await make.member("jon"), await make.member("mira"), await make.thread()
    comment = await make.comment(thread, jon, "A remark on turbines.")
    await db.execute("update comment set assisted = true where id = $1", comment)
    await db.execute("update member set assisted = 'hide' where id = $1", mira.id)
    await search_jobs.index_events()

    to_all = read(await client.get("/search.atom?q=turbine"))
    await make.sign_in(client, mira)

    assert texts(to_all, "id") == [f"tag:localhost,2026-01-01:comment/{comment}"]
    assert texts(read(await client.get("/search.atom?q=turbine")), "id") == []
