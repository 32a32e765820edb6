"""The counter costs nothing while its number holds, one query more for a member's page otherwise."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from parley.letters.notifications import jobs
from parley.letters.notifications.counts import RECOUNT, SELECT_VALID
from parley.people.accounts import viewer_cache
from parley.people.accounts.sessions import SELECT_SESSION
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.db.pool import NO_ANSWER
from parley.platform.errors import Unavailable
from tests import make

pytestmark = pytest.mark.anyio


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The queries that are run, as they come."""
    asked: list[str] = []
    ask = db.DB.run

    async def counting(method: str, sql: str, args: tuple[Any, ...]) -> Any:
        asked.append(sql)
        return await ask(method, sql, args)

    monkeypatch.setattr(db.DB, "run", counting)
    return asked


@pytest.fixture
async def mira(app: Litestar, client: httpx.AsyncClient) -> Viewer:
    mira = await make.member("mira")
    await make.sign_in(client, mira)
    return mira


async def notify(mira: Viewer, times: int) -> None:
    jon = await make.member()
    for _ in range(times):
        await make.comment(await make.thread(), jon, "Hello @mira.")
    await jobs.handle_events()


@pytest.mark.parametrize("path", ["/", "/settings/profile", "/rules"])
async def test_a_members_page_costs_one_query_more_however_much_there_is_to_read(
    client: httpx.AsyncClient, mira: Viewer, asked: list[str], path: str
) -> None:
    costs = []
    for times in (0, 1, 30):
        await notify(mira, times)
        asked.clear()
        assert (await client.get(path)).is_success
        assert (await client.get(path)).is_success
        costs.append((asked.count(SELECT_VALID), asked.count(RECOUNT)))

    # Counted again once after each change.
    assert costs == [(2, 1)] * 3


async def test_a_number_that_holds_comes_with_the_session(
    client: httpx.AsyncClient, mira: Viewer, asked: list[str]
) -> None:
    await notify(mira, 1)
    assert (await client.get("/rules")).is_success
    viewer_cache.clear()
    asked.clear()

    page = await client.get("/rules")

    assert '<span id="for-you-count"><b>1</b>' in page.text
    assert (asked.count(SELECT_SESSION), SELECT_VALID in asked, RECOUNT in asked) == (1, False, False)


async def test_a_page_that_a_refused_form_comes_back_with_shows_the_number(
    client: httpx.AsyncClient, mira: Viewer
) -> None:
    await notify(mira, 1)

    page = await client.post("/new", data={"source": "url", "url": ""})

    assert page.status_code == 422
    assert '<span id="for-you-count"><b>1</b>' in page.text


async def test_a_visitors_page_costs_none(client: httpx.AsyncClient, mira: Viewer, asked: list[str]) -> None:
    client.cookies.clear()
    asked.clear()

    assert (await client.get("/")).is_success

    assert SELECT_VALID not in asked


@pytest.mark.parametrize(
    "headers", [{"HX-Request": "true"}, {"Sec-Fetch-Dest": "script"}, {"Sec-Fetch-Dest": "empty"}], ids=str
)
async def test_parts_of_pages_files_and_streams_cost_none(
    client: httpx.AsyncClient, mira: Viewer, asked: list[str], headers: dict[str, str]
) -> None:
    asked.clear()

    assert (await client.get("/", headers=headers)).is_success

    assert SELECT_VALID not in asked


async def test_a_page_that_needs_no_database_is_shown_without_a_number_when_it_is_away(
    client: httpx.AsyncClient, mira: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await client.get("/rules")).is_success

    async def away(_member: int) -> int:
        raise Unavailable(NO_ANSWER)

    monkeypatch.setattr("parley.letters.notifications.counts.unread", away)

    page = await client.get("/rules")

    assert page.is_success
    assert '<span id="for-you-count"></span>' in page.text
