"""Parameters that mean nothing lead to the one page without them, so that nobody can ask for endlessly many."""

import httpx
import pytest

from parley.interfaces.feeds import web as feeds
from parley.interfaces.pages import home
from tests import make

pytestmark = pytest.mark.anyio


async def test_the_home_page_is_the_same_whatever_follows_its_address(client: httpx.AsyncClient) -> None:
    await make.thread()
    plain = await client.get("/")
    pages = [await client.get(f"/?{more}") for more in ("x=1", "after=nowhere", "period=day", "sort=hot&x=2", "page=7")]

    assert {page.text for page in pages[:2] + pages[3:]} == {plain.text}
    assert len(home._cache) <= 2


async def test_a_list_of_the_home_page_keeps_what_was_chosen(client: httpx.AsyncClient) -> None:
    page = await client.get("/?sort=top&period=month&x=1")
    assert 'href="/login?next=/%3Fsort%3Dtop%26period%3Dmonth"' in page.text


async def test_a_passage_that_is_none_leads_to_the_whole_discussion(client: httpx.AsyncClient) -> None:
    thread = await make.thread()
    await make.comment(thread, await make.member())
    address = await make.address(thread)
    plain = await client.get(address)

    for number in (999_999, 2**62):
        assert (await client.get(f"{address}?passage={number}")).text == plain.text


@pytest.fixture(autouse=True)
def _no_pages() -> None:
    feeds._cache.clear()
    home._cache.clear()


async def test_a_feed_is_made_once_whatever_follows_its_address(client: httpx.AsyncClient) -> None:
    await make.thread()
    for number in range(3):
        assert (await client.get(f"/feed.atom?x={number}")).status_code == 200
    assert len(feeds._cache) == 1
