"""Going through what a search found in a thread, from the page of one comment to the next, without JavaScript."""

import html
import re

import httpx
import pytest
from litestar import Litestar

from parley.interfaces.pages import finding
from parley.interfaces.search import jobs
from parley.platform.db import execute
from parley.platform.errors import TooMany
from parley.platform.text.messages import N_
from tests import make

pytestmark = pytest.mark.anyio

LINK = re.compile(r'<a rel="(\w+)"[^>]* href="([^"]+)"')


@pytest.fixture
async def thread(app: Litestar) -> int:
    """A thread in which three comments name zeppelins, and another thread with one more."""
    made = await make.thread()
    for word in ("first", "second", "third"):
        await make.comment(made, await make.member(), f"The {word} zeppelin.")
    await make.comment(await make.thread(), await make.member(), "Another zeppelin.")
    await jobs.index_events()
    return made


async def steps(client: httpx.AsyncClient, address: str) -> tuple[str, dict[str, str]]:
    """What the page says about the results, and its links to those beside it."""
    page = await client.get(address)
    assert page.status_code == 200
    strip = page.text.partition('<nav class="strip"')[2].partition("</nav>")[0]
    return strip, {rel: html.unescape(url) for rel, url in LINK.findall(strip)}


async def test_a_hit_of_a_thread_leads_from_one_result_to_the_next(client: httpx.AsyncClient, thread: int) -> None:
    hits = await client.get(f"/search?q=zeppelin&thread={thread}&kind=comment")
    addresses = [html.unescape(one) for one in re.findall(r'class="hit-words"[^>]*><a href="([^"]+)"', hits.text)]
    assert len(addresses) == 3

    seen, address = [], addresses[0]
    while address:
        strip, links = await steps(client, address)
        seen.append(address)
        assert f"{len(seen)} of 3 for" in strip and "<bdi>zeppelin</bdi>" in strip
        assert ("prev" in links) == (len(seen) > 1)
        address = links.get("next", "")
    assert seen == addresses
    elsewhere = await client.get("/search?q=zeppelin&kind=comment")
    assert 'class="hit-words" dir="auto"><a href="/c/' in elsewhere.text


@pytest.mark.parametrize("find", ["nothing", "-zeppelin", "by:nobody", '"', "\x01", "zeppelin" * 40, "to:1 & !"])
async def test_a_thread_page_without_results_looks_as_without_a_search(
    client: httpx.AsyncClient, thread: int, find: str
) -> None:
    one = await make.comment(thread, await make.member(), "Something else.")

    page = await client.get(f"/t/{thread}", params={"focus": one, "find": find})

    assert page.status_code == 200
    assert '<nav class="strip"' not in page.text


async def test_hits_that_a_viewer_may_not_see_are_not_counted(client: httpx.AsyncClient, thread: int) -> None:
    cora, viewer = await make.member("cora"), await make.member()
    hidden = await make.comment(thread, cora, "Cora likes no zeppelin.")
    removed = await make.comment(thread, await make.member(), "A removed zeppelin.")
    await jobs.index_events()
    await execute("update comment set state = 'removed' where id = $1", removed)
    await make.block(viewer, cora)
    visible = await client.get(f"/t/{thread}?focus={hidden}&find=zeppelin")
    await make.sign_in(client, viewer)

    strip, _ = await steps(client, f"/t/{thread}?focus={await first(client, thread)}&find=zeppelin")

    assert "of 4 for" in visible.text and "of 3 for" in strip
    assert '<nav class="strip"' not in (await client.get(f"/t/{thread}?focus={hidden}&find=zeppelin")).text


async def first(client: httpx.AsyncClient, thread: int) -> int:
    hits = await client.get(f"/search?q=first+zeppelin&thread={thread}&kind=comment")
    return int(re.findall(r"#c(\d+)", hits.text)[0])


async def test_above_the_limit_of_searches_the_thread_can_still_be_read(
    client: httpx.AsyncClient, thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/t/{thread}?focus={await first(client, thread)}&find=zeppelin"
    assert (await steps(client, address))[0]

    async def refuse(*_: object) -> None:
        raise TooMany(N_("You did that too often."), 60)

    monkeypatch.setattr(finding, "count_search", refuse)

    assert (await steps(client, address))[0] == ""
