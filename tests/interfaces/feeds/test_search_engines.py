"""What search engines find: the sitemap, robots.txt, and data whose every word is on the page."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from lxml import etree

from parley.discussion.commenting import editing
from parley.interfaces.feeds import jobs
from parley.interfaces.feeds.sitemap import NAMESPACE
from parley.platform import db
from tests import make
from tests.conftest import forget_caches
from tests.restricting import decide

pytestmark = pytest.mark.anyio

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def data_of(page: str) -> list[dict[str, Any]]:
    [found] = DATA.findall(page)
    decoded: dict[str, Any] = msgspec.json.decode(found)
    parts: list[dict[str, Any]] = decoded.get("@graph", [decoded])
    return parts


# What Google requires of each type, one of each group, and what it recommends and Parley has:
# https://developers.google.com/search/docs/appearance/structured-data/discussion-forum, …/profile-page, …/article and
# …/breadcrumb.
# Not stated are pictures and videos, which nobody posts; `creativeWorkStatus`, since what is deleted is left out;
# `digitalSourceType`, since no text is published by a program; and other names, pictures and sites of members.
REQUIRED = {
    "DiscussionForumPosting": [{"author"}, {"datePublished"}, {"text", "image", "video", "sharedContent"}],
    "Comment": [{"author"}, {"datePublished"}, {"text", "image", "video", "sharedContent"}],
    "Person": [{"name"}],
    "InteractionCounter": [{"interactionType"}, {"userInteractionCount"}],
    "ProfilePage": [{"mainEntity"}],
    "BreadcrumbList": [{"itemListElement"}],
    "ListItem": [{"item"}, {"name"}, {"position"}],
}
STATED = {
    "DiscussionForumPosting": {"comment", "commentCount", "headline", "interactionStatistic", "isPartOf",
                               "sharedContent", "text", "url"},
    "Comment": {"interactionStatistic", "text", "url"},
    "ProfilePage": {"dateCreated"},
    "Article": {"author", "dateModified", "datePublished", "headline", "image"},
}  # fmt: skip


def objects(data: Any) -> Iterator[dict[str, Any]]:
    """All objects with a type in some data."""
    for value in data.values() if isinstance(data, dict) else data:
        if isinstance(value, dict | list):
            yield from objects(value)
    if isinstance(data, dict):
        yield data


def check(data: dict[str, Any]) -> None:
    """Check that each object has, and fills in, what Google requires of it."""
    for one in objects(data):
        kind = one["@type"]
        assert all(any(one.get(name) not in (None, "") for name in group) for group in REQUIRED.get(kind, [])), one
        assert STATED.get(kind, set()) <= one.keys(), one


def words(page: str) -> str:
    """The text of a page without its head."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page.partition("<body")[2])).split())


def locations(answer: httpx.Response, kind: str) -> list[str]:
    root = etree.fromstring(answer.content)
    assert answer.headers["content-type"].startswith("application/xml")
    assert root.tag == f"{{{NAMESPACE}}}{kind}"
    return [found.text or "" for found in root.iter(f"{{{NAMESPACE}}}loc")]


async def test_the_sitemap_lists_threads_with_comments(client: httpx.AsyncClient, app: Litestar) -> None:
    thread, silent, emptied = await make.thread(), await make.thread(), await make.thread()
    jon = await make.member("jon")
    await make.comment(thread, jon)
    await editing.delete_comment(viewer=jon, comment_id=await make.comment(emptied, jon))

    files = locations(await client.get("/sitemap.xml"), "sitemapindex")
    pages = [page for file in files for page in locations(await client.get(file), "urlset")]

    assert pages == [f"http://localhost{await make.address(thread)}"]
    assert [(await client.get(file)).text.count("<lastmod>20") for file in files] == [1]
    assert '<meta name="robots" content="noindex">' in (await client.get(f"/t/{silent}")).text
    assert '<meta name="robots" content="noindex">' not in (await client.get(f"/t/{thread}")).text


@pytest.mark.parametrize("name", ["0.xml", "2000.xml", "x.xml", "1.txt", "1", "99999999999999.xml"])
async def test_other_files_of_the_sitemap_do_not_exist(client: httpx.AsyncClient, app: Litestar, name: str) -> None:
    assert (await client.get(f"/sitemap/{name}")).status_code == 404


async def test_robots_are_told_the_sitemap(client: httpx.AsyncClient, app: Litestar) -> None:
    answer = await client.get("/robots.txt")

    assert answer.headers["content-type"].startswith("text/plain")
    assert "Disallow: /t/*/live" in answer.text
    assert "Sitemap: http://localhost/sitemap.xml" in answer.text


async def test_a_comment_is_given_to_search_engines_whole_or_not_at_all(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    thread = await make.thread()
    for length in (3_000, 1_500, 10):
        made = await make.comment(thread, await make.member(), "x")
        await db.execute("update comment set html = $2 where id = $1", made, f"<p>{'word ' * length}</p>")

    data, *_ = data_of((await client.get(f"/t/{thread}")).text)

    assert sorted(len(one["text"].split()) for one in data["comment"]) == [10, 1_500]


async def test_a_thread_of_a_member_is_a_posting_with_its_best_comments(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    jon = await make.member("jon")
    text = make.text(title="A </script><b> title", url="https://source.example/story")
    thread = await make.thread(text, starter=jon)
    for number in range(12):
        made = await make.comment(thread, jon, "First words.")
        body = f"Number {number} of *many* </script>. " + "And on. " * 40
        await editing.edit_comment(viewer=jon, comment_id=made, body=body, version=1)
    await make.comment(thread, jon, "---")
    gone = await make.comment(thread, jon, "Gone words.")
    await editing.delete_comment(viewer=jon, comment_id=gone)

    page = (await client.get(f"/t/{thread}")).text

    data, breadcrumbs = data_of(page)
    assert data["@type"] == "DiscussionForumPosting"
    assert data["author"] == {"@type": "Person", "name": "jon", "url": "http://localhost/u/jon"}
    assert data["sharedContent"] == {"@type": "WebPage", "url": "https://source.example/story"}
    assert len(data["comment"]) == 10
    for one in (data, *data["comment"]):
        assert one["author"]["name"] and one["author"]["url"]
        assert one["datePublished"]
        assert " ".join(one["text"].split()) in words(page)
    assert all(one["text"].endswith("And on. And on.") for one in data["comment"])
    assert data["headline"] in words(page)
    check(data)
    check(breadcrumbs)
    assert [(one["position"], one["name"]) for one in breadcrumbs["itemListElement"]] == [
        (1, "Parley"), (2, "Research"), (3, "A </script><b> title"),
    ]  # fmt: skip
    assert all(one["item"].removeprefix("http://localhost") in page for one in breadcrumbs["itemListElement"])
    assert all(one["dateModified"] >= one["datePublished"] for one in data["comment"])
    assert data["isPartOf"]["url"].removeprefix("http://localhost") in page
    assert "Gone words." not in str(data)
    assert f'<link rel="canonical" href="http://localhost{await make.address(thread)}">' in page


async def test_a_thread_that_no_member_began_is_a_page_with_comments(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread()
    await make.comment(thread, await make.member())

    data, breadcrumbs, article = data_of((await client.get(f"/t/{thread}")).text)

    assert [data["@type"], breadcrumbs["@type"], article["@type"]] == ["WebPage", "BreadcrumbList", "Article"]
    assert len(data["comment"]) == 1


async def test_an_article_that_is_nowhere_else_is_an_article(client: httpx.AsyncClient, app: Litestar) -> None:
    of_author = {"byline": "Ada Lovelace", "published_at": WHEN, "updated_at": WHEN}
    thread = await make.thread(msgspec.structs.replace(make.text(title="Our own"), **of_author))
    await jobs.draw_due()

    page = (await client.get(f"/t/{thread}")).text

    *_, article = data_of(page)
    check(article)
    assert article["headline"] in words(page) and article["author"]["name"] in words(page)
    assert article["image"] in page.partition("ld+json")[0]
    await decide(await make.member("sam", role="admin"), thread, "title")
    forget_caches()
    assert [one["@type"] for one in data_of((await client.get(f"/t/{thread}")).text)] == ["WebPage", "BreadcrumbList"]


async def test_members_and_parts_of_a_thread_have_no_data(client: httpx.AsyncClient, app: Litestar) -> None:
    thread = await make.thread()
    assert not DATA.search((await client.get(f"/t/{thread}?sort=new")).text)
    await make.sign_in(client, await make.member())
    assert not DATA.search((await client.get(f"/t/{thread}")).text)


async def test_a_member_has_a_profile_page_that_is_listed_from_three_comments_on(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    jon, thread = await make.member("jon"), await make.thread()
    few = (await client.get("/u/jon")).text
    for _ in range(3):
        await make.comment(thread, jon, "Words.")
    await db.execute("update member set bio = 'Builds *bridges*.' where id = $1", jon.id)

    page = (await client.get("/u/jon")).text

    [data] = data_of(page)
    assert data["@type"] == "ProfilePage"
    check(data)
    assert data["mainEntity"]["name"] == "jon"
    assert data["mainEntity"]["description"] == "Builds bridges."
    assert "Builds bridges." in words(page) and "Rated worth reading" not in words(page)
    assert data["mainEntity"]["interactionStatistic"]["userInteractionCount"] == 0
    assert data["mainEntity"]["agentInteractionStatistic"]["userInteractionCount"] == 3
    assert "noindex" in few
    assert "noindex" not in page


async def test_orders_of_the_home_page_name_one_address(client: httpx.AsyncClient, app: Litestar) -> None:
    for path, canonical in (("/?sort=new", "/"), ("/?topic=research&sort=top", "/?topic=research")):
        assert f'<link rel="canonical" href="http://localhost{canonical}">' in (await client.get(path)).text
