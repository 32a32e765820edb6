"""Long comments are shown with their beginning, and all of it is a step away."""

import re

import httpx
import pytest
from litestar import Litestar

from parley.discussion.comments import jobs, queries
from parley.interfaces.search import jobs as search
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.text.beginnings import MOST_BYTES
from tests import make
from tests.conftest import forget_caches

pytestmark = pytest.mark.anyio

# A word in the part that pages leave out.
LONG = "&" * 30_000 + "\n\n" + "&" * 5_000 + " quagga " + "&" * 3_000
FRAGMENT = {"HX-Request": "true"}


async def posted(author: Viewer | None = None, body: str = LONG) -> int:
    thread = await make.thread()
    return await make.comment(thread, author or await make.member(), body)


async def test_a_long_comment_is_shown_with_its_beginning(client: httpx.AsyncClient) -> None:
    comment = await posted()
    row = (await queries.by_ids([comment]))[comment]
    assert row.is_beginning and len(row.raw_html.encode()) <= MOST_BYTES

    text = (await client.get(f"/t/{row.thread}/x")).text
    assert "quagga" not in text and "Show all" in text and f'hx-get="/c/{comment}/whole"' in text


async def test_show_all_replaces_the_body_and_loses_no_word(client: httpx.AsyncClient) -> None:
    comment = await posted()
    html = await db.value("select html from comment")

    answer = await client.get(f"/c/{comment}/whole", headers=FRAGMENT)

    assert html in answer.text and f'id="c{comment}-body"' in answer.text


async def test_without_script_it_leads_to_the_whole_comment(client: httpx.AsyncClient) -> None:
    comment = await posted()
    html = await db.value("select html from comment")

    assert (await client.get(f"/c/{comment}/whole")).headers["location"] == f"/c/{comment}"
    focused = await client.get(f"/c/{comment}", follow_redirects=True)
    assert html in focused.text and "Show all" not in focused.text


async def test_a_search_finds_words_in_the_part_that_is_left_out_and_leads_to_them(client: httpx.AsyncClient) -> None:
    comment = await posted()
    while await search.index_events():
        pass

    found = (await client.get("/search?q=quagga")).text
    link = re.search(rf'href="((?:/c/|/t/)[^"]*{comment}[^"]*)"', found)

    assert link
    assert "quagga" in (await client.get(link[1].replace("&amp;", "&"), follow_redirects=True)).text


async def test_a_removed_comment_is_gone_at_once(client: httpx.AsyncClient) -> None:
    comment = await posted()
    await db.execute("update comment set state = 'removed'")
    forget_caches()

    for headers in ({}, FRAGMENT):
        answer = await client.get(f"/c/{comment}/whole", headers=headers, follow_redirects=True)
        assert "quagga" not in answer.text and "&amp;&amp;&amp;" not in answer.text


async def test_whoever_blocked_the_author_does_not_get_it(client: httpx.AsyncClient) -> None:
    author, reader = await make.member(), await make.member()
    comment = await posted(author)
    await make.block(reader, author)
    await make.sign_in(client, reader)

    answer = await client.get(f"/c/{comment}/whole", headers=FRAGMENT)

    assert "quagga" not in answer.text and "&amp;&amp;&amp;" not in answer.text


async def test_the_words_of_an_edited_or_erased_comment_do_not_stay_in_its_beginning(app: Litestar) -> None:
    comment = await posted()
    assert await db.value("select beginning is not null from comment")

    await db.execute("update comment set html = '<p>' || repeat('b', 70000) || '</p>' where id = $1", comment)
    assert await db.value("select beginning from comment") is None

    assert await jobs.make_beginnings() == 1
    assert (await db.value("select beginning from comment")).startswith("<p>bbb")
    await db.execute("update comment set body = '', html = '', excerpt = null where id = $1", comment)
    assert (await db.value("select beginning from comment"), await jobs.make_beginnings()) == (None, 0)


async def test_an_edit_makes_the_beginning_anew(client: httpx.AsyncClient) -> None:
    author = await make.member()
    comment = await posted(author)
    await make.sign_in(client, author)

    await client.post(f"/c/{comment}/edit", data={"body": LONG.replace("&", "<")})
    assert (await db.value("select beginning from comment")).startswith("<pre><code>&lt;&lt;")
    await client.post(f"/c/{comment}/edit", data={"body": "Short now."})
    assert await db.value("select beginning from comment") is None


async def test_the_answer_to_posting_has_the_beginning(client: httpx.AsyncClient) -> None:
    thread, author = await make.thread(), await make.member()
    await make.sign_in(client, author)

    answer = await client.post(f"/t/{thread}/comments", data={"body": LONG}, headers=FRAGMENT)

    assert answer.status_code == 201 and "Show all" in answer.text and "quagga" not in answer.text
