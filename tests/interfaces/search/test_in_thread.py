"""A search in a thread shows its hits in place of the discussion, at an address that can be shared."""

import html
import re

import httpx
import pytest
from litestar import Litestar

from parley.interfaces.search import jobs
from parley.platform.db import execute
from tests import make

pytestmark = pytest.mark.anyio

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
async def thread(app: Litestar) -> int:
    """A thread with an article and comments on zeppelins, beside another thread with one more."""
    made = await make.thread(make.text("A paragraph.", "Zeppelins fly."))
    for word in ("first", "second", "third"):
        await make.comment(made, await make.member(), f"The {word} zeppelin.")
    await make.comment(made, await make.member(), "Something else.")
    await make.comment(await make.thread(), await make.member(), "Another zeppelin.")
    await jobs.index_events()
    return made


async def column(client: httpx.AsyncClient, thread: int, find: str, **more: str) -> str:
    page = await client.get(f"/t/{thread}", params={"find": find, **more})
    assert page.status_code == 200
    assert "A paragraph." in page.text
    return page.text.partition('<div class="found-here">')[2].partition("<div hidden>")[0]


async def test_the_field_above_a_thread_leads_to_its_hits_without_script(
    client: httpx.AsyncClient, thread: int
) -> None:
    page = (await client.get(f"/t/{thread}")).text
    form = page.partition('<search class="find">')[2].partition("</search>")[0]
    fields = dict(re.findall(r'name="(\w+)"[^>]* value="(\w+)"', form)) | {"q": "zeppelin"}

    found = await client.get("/search", params=fields)
    everywhere = await client.get("/search", params={"q": "zeppelin", "column": "1"})

    assert found.status_code == 303
    assert found.headers["location"] == f"/t/{thread}?find=zeppelin#discussion"
    assert everywhere.status_code == 200 and "Another" in everywhere.text


async def test_hits_in_the_article_and_in_comments_stand_in_the_column_with_their_words_marked(
    client: httpx.AsyncClient, thread: int
) -> None:
    shown = await column(client, thread, "zeppelin")

    assert "4 results for “<bdi>zeppelin</bdi>” in this thread" in shown
    assert shown.count("<mark>zeppelin</mark>") == 3 and "<mark>Zeppelins</mark> fly." in shown
    assert "Something else." not in shown and "Another" not in shown
    # A passage is on this page: its link keeps the results.
    assert re.search(r'<a href="#p\d+"><mark>Zeppelins', shown) or re.search(r'<a href="#p\d+">', shown)
    links = [html.unescape(one) for one in re.findall(r'class="hit-words" dir="auto"><a href="([^"]+)"', shown)]
    assert len(links) == 3 and all("focus=" in one and "find=zeppelin" in one for one in links)
    branch = await client.get(links[1])
    assert "2 of 3 for" in branch.text and "?find=zeppelin#discussion" in branch.text


async def test_the_page_of_a_search_is_not_for_search_engines_nor_for_others_caches(
    client: httpx.AsyncClient, thread: int
) -> None:
    page = await client.get(f"/t/{thread}?find=zeppelin")
    plain = await client.get(f"/t/{thread}")

    assert '<meta name="robots" content="noindex">' in page.text
    assert 'rel="canonical"' in page.text
    assert "found-here" not in plain.text


async def test_htmx_gets_only_the_column(client: httpx.AsyncClient, thread: int) -> None:
    part = await client.get(f"/t/{thread}?find=zeppelin", headers=HX)

    assert part.text.strip().startswith('<section class="talk" id="discussion"')
    assert "found-here" in part.text and "A paragraph." not in part.text


@pytest.mark.parametrize(
    ("find", "said"),
    [
        ("nothinglikethis", "Nothing in this thread has “<bdi>nothinglikethis</bdi>”"),
        ('"zeppelin first"', "the same words without quotation marks"),
        ("", "What are you looking for?"),
        ("zeppelin by:nobody", "There is no member with this name."),
        ("x" * 300, 'id="find-error"'),
        ("zeppelin lublin", "These results come closest."),
    ],
)
async def test_a_search_without_hits_says_what_to_do_next(
    client: httpx.AsyncClient, thread: int, find: str, said: str
) -> None:
    shown = await column(client, thread, find)

    assert said in shown
    assert "Search all threads" in shown and "Back to the discussion" in shown


async def test_a_filter_among_the_words_stays_in_the_thread(client: httpx.AsyncClient, thread: int) -> None:
    other = await make.thread()
    shown = await column(client, thread, f"zeppelin thread:{other}")

    assert "Another" not in shown and "The first" in shown


async def test_removed_and_blocked_words_are_not_among_the_hits(client: httpx.AsyncClient, thread: int) -> None:
    cora, viewer = await make.member("cora"), await make.member()
    await make.comment(thread, cora, "Cora likes no zeppelin.")
    removed = await make.comment(thread, await make.member(), "A removed zeppelin.")
    await jobs.index_events()
    await execute("update comment set state = 'removed' where id = $1", removed)
    await make.block(viewer, cora)
    for_all = await column(client, thread, "zeppelin")
    await make.sign_in(client, viewer)

    assert "5 results" in for_all and "A removed" not in for_all
    assert "4 results" in await column(client, thread, "zeppelin")
