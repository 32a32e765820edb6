"""The WebSub hub is told which feeds changed, and readers of the feeds are told of the hub."""

from collections.abc import Iterator, Mapping

import httpx
import pytest
from litestar import Litestar

from parley.extraction.errors import CannotImport
from parley.interfaces.feeds import websub
from parley.platform.db import execute
from parley.platform.settings import settings
from tests import make

pytestmark = pytest.mark.anyio

HUB = "https://hub.example/"
# The tests' transaction still runs, and what it wrote would be told later.
COMMITTED = "update event set xid = '3'"


class Hub:
    """Notes the addresses that it is told. `status` is its answer; 0: it cannot be reached."""

    def __init__(self) -> None:
        self.told: list[list[str]] = []
        self.status = 202

    async def post(self, url: str, fields: Mapping[str, str | list[str]], **_: object) -> int:
        assert url == HUB
        if not self.status:
            raise CannotImport("away")
        assert fields["hub.mode"] == "publish"
        self.told.append([one.removeprefix("http://localhost") for one in fields["hub.url"]])
        return self.status


@pytest.fixture
def hub(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    made = Hub()
    monkeypatch.setenv("PARLEY_WEBSUB_HUB", HUB)
    monkeypatch.setattr(websub, "post_form", made.post)
    settings.cache_clear()
    yield made
    monkeypatch.undo()
    settings.cache_clear()


async def test_the_hub_is_told_once_of_feeds_that_changed_since_it_was_set(hub: Hub) -> None:
    await make.thread()
    await execute(COMMITTED)
    assert await websub.ping() == 0
    thread = await make.thread(topic="craft")
    await execute("update event set xid = '4' where thread = $1", thread)

    told = await websub.ping()

    assert told == len(hub.told[0]) == 6
    assert set(hub.told[0][::2]) == {"/feed.atom", "/topic/craft/feed.atom", f"/t/{thread}/feed.atom"}
    assert await websub.ping() == 0 and len(hub.told) == 1
    await make.comment(thread, await make.member("mira"), "Costs come first.")
    await execute("update event set xid = '5' where thread = $1 and xid > '4'", thread)
    assert await websub.ping() == 2
    assert hub.told[1] == [f"/t/{thread}/feed.atom", f"/t/{thread}/feed.json"]


@pytest.mark.parametrize("status", [0, 500])
async def test_a_hub_that_does_not_answer_is_told_again(hub: Hub, status: int) -> None:
    await websub.ping()
    await make.thread()
    await execute(COMMITTED)
    hub.status = status
    assert await websub.ping() == 0

    hub.status = 204

    assert await websub.ping() == 6


async def test_only_feeds_that_the_hub_is_told_of_name_it(hub: Hub, client: httpx.AsyncClient) -> None:
    thread = await make.thread()

    answer = await client.get(f"/t/{thread}/feed.atom")

    named = f'<{HUB}>; rel="hub", <http://localhost/t/{thread}/feed.atom>; rel="self"'
    assert answer.headers["link"] == named
    again = await client.get(f"/t/{thread}/feed.atom", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert "link" in (await client.get("/feed.json")).headers
    assert "link" not in (await client.get("/search.atom?q=costs")).headers


async def test_without_the_setting_nobody_is_told(client: httpx.AsyncClient) -> None:
    await make.thread()

    assert await websub.ping() == 0
    assert "link" not in (await client.get("/feed.atom")).headers
