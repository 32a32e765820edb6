"""Pages, feeds and lists of the API stay within a megabyte, also with the densest comments that are allowed."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from parley.discussion.comments import counts, jobs
from parley.platform import db
from parley.platform.text import markdown
from tests import make
from tests.conftest import committed

pytestmark = pytest.mark.anyio

DENSE = "[" * 4_100 + "'" * 35_800
# What a page, a feed or an answer of the API has at most, in bytes.
MOST = 1_000_000


@pytest.fixture(scope="module")
async def dense(app: Litestar) -> AsyncIterator[int]:
    """A thread of 52 of the densest comments: by passage and on the whole article, with replies."""
    async with committed():
        thread = await make.thread(make.text("One passage.", "Another passage."))
        author, html = await make.member("dense"), markdown.render(DENSE)
        lineage = await db.value("select min(lineage) from passage")
        insert = """
        insert into comment (thread, parent, depth, author, revision, made_on, passage, anchor, body, html,
                             html_version)
        values ($1, $2, ($2::bigint is not null)::int, $3, 1, $4, $4, case when $4::bigint is not null then 'same' end,
                $5, $6, $7) returning id
        """
        roots = []
        for number in range(40):
            on = lineage if number % 2 else None
            roots.append(await db.value(insert, thread, None, author.id, on, DENSE, html, markdown.VERSION))
        for root in roots[:12]:
            await db.value(insert, thread, root, author.id, None, DENSE, html, markdown.VERSION)
            await db.execute("update comment set reply_count = reply_count + 1 where id = $1", root)
        await db.execute("update thread set comment_count = 52 where id = $1", thread)
        await counts.recount(thread)
        while await jobs.make_beginnings():
            pass
        yield thread


PAGES = [
    "",
    "?view=all",
    "?view=passage",
    "?view=all&sort=new",
    "?view=all&sort=old",
    "?focus={first}",
    "?focus={last}",
]
PARTS = ["", "?sort=old", "?sort=old&after={first}", "?branch={first}", "?passage=whole"]


@pytest.mark.parametrize(
    "path",
    [
        *(f"/t/{{thread}}/x{query}" for query in PAGES),
        *(f"/t/{{thread}}/comments{query}" for query in PARTS),
        "/t/{thread}/feed.atom",
        "/t/{thread}/feed.json",
        "/u/dense/feed.atom",
        "/u/dense",
        "/api/v1/threads/{thread}/comments?limit=200",
        "/api/v1/members/dense/comments?limit=200",
        "/c/{first}/history",
    ],
)
async def test_a_page_of_the_densest_comments_has_a_megabyte_at_most(
    client: httpx.AsyncClient, dense: int, path: str
) -> None:
    first, last = await db.value("select array[min(id), max(id)] from comment")

    answer = await client.get(path.format(thread=dense, first=first, last=last))

    assert answer.status_code == 200 and len(answer.content) <= MOST
    assert path.startswith(("/u/dense", "/c/")) or len(answer.content) > 60_000


async def test_every_dense_comment_is_reached_by_going_on(client: httpx.AsyncClient, dense: int) -> None:
    address, seen, pages = f"/t/{dense}/x?view=all&sort=old", set(), 0
    waiting = [address]
    visited = set()
    while waiting and pages < 80:
        address = waiting.pop()
        if address in visited:
            continue
        visited.add(address)
        text = (await client.get(address)).text
        seen |= set(re.findall(r'<article class="comment" id="c(\d+)"', text))
        links = re.findall(r'<a class="more(?:-page)?"[^>]* href="([^"]+)"', text)
        waiting += [link.replace("&amp;", "&") for link in links]
        pages += 1

    assert len(seen) == 52


async def test_every_passage_with_comments_has_its_group_and_a_way_on(client: httpx.AsyncClient, dense: int) -> None:
    text = (await client.get(f"/t/{dense}/x?view=passage")).text
    lineage = await db.value("select min(lineage) from passage")

    assert f"passage={lineage}" in text and "passage=whole" in text


async def test_the_api_goes_on_where_the_bytes_end(client: httpx.AsyncClient, dense: int) -> None:
    address, seen = f"/api/v1/threads/{dense}/comments?limit=200", []
    while address:
        answer = (await client.get(address)).json()
        seen += [comment["id"] for comment in answer["items"]]
        assert all(len(comment["html"]) > 200_000 for comment in answer["items"]), "they are whole"
        address = answer["next"]

    assert len(seen) == len(set(seen)) == 52


async def test_a_feed_has_an_entry_for_each_comment(client: httpx.AsyncClient, dense: int) -> None:
    items = (await client.get(f"/t/{dense}/feed.json")).json()["items"]

    assert len(items) == 50 and all("Show all" in item["content_html"] for item in items)
