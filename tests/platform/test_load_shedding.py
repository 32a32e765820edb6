"""Load shedding: what a process refuses or defers while it is overloaded, and in which order."""

import asyncio
import time

import httpx
import pytest

from parley.platform.events import scheduler
from parley.platform.events.scheduler import Job
from parley.platform.observability import load_shedding
from tests import make

pytestmark = pytest.mark.anyio

# The value before conftest.py replaces it.
WEIGHT = load_shedding.WEIGHT


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(load_shedding, "LOOP_LAG", load_shedding.LoopLag())
    return monkeypatch


def set_lag(late: pytest.MonkeyPatch, seconds: float) -> None:
    late.setattr(load_shedding.LOOP_LAG, "seconds", seconds)


@pytest.fixture
def weight(monkeypatch: pytest.MonkeyPatch) -> float:
    """Use the real weight. In tests it is 0, so that a busy machine changes nothing."""
    monkeypatch.setattr(load_shedding, "WEIGHT", WEIGHT)
    return WEIGHT


async def test_the_lag_rises_while_the_loop_is_busy_and_falls_again(weight: float) -> None:
    lag = load_shedding.LoopLag()
    watching = asyncio.create_task(lag.watch())
    await asyncio.sleep(0)
    time.sleep(4 * load_shedding.CHECK_SECONDS)
    while not lag.seconds:
        await asyncio.sleep(0)
    seen = lag.seconds
    assert seen > load_shedding.CHECK_SECONDS * weight
    while lag.seconds > 0.9 * seen:
        await asyncio.sleep(load_shedding.CHECK_SECONDS)
    watching.cancel()


def test_a_single_pause_refuses_nothing_however_long_it_is(weight: float) -> None:
    lag = load_shedding.LoopLag()
    lag.record(3_600)
    assert lag.seconds <= load_shedding.LIMITS["streams"]
    for _ in range(10):
        lag.record(3_600)
    assert lag.seconds > load_shedding.LIMITS["members"]


def between(one: load_shedding.Kind, other: load_shedding.Kind) -> float:
    """Return a lag at which the first is refused and the second is not."""
    return (load_shedding.LIMITS[one] + load_shedding.LIMITS[other]) / 2


async def test_deferrable_jobs_are_skipped_first(late: pytest.MonkeyPatch) -> None:
    async def work() -> int:
        return 1

    set_lag(late, between("later", "streams"))
    assert await scheduler._sweep(Job("digest", work, deferrable=True)) == 0
    assert await scheduler._sweep(Job("mail", work)) == 1
    set_lag(late, load_shedding.LIMITS["later"] / 2)
    assert await scheduler._sweep(Job("digest", work, deferrable=True)) == 1


async def test_then_new_streams_are_refused_and_pages_are_not(
    client: httpx.AsyncClient, late: pytest.MonkeyPatch
) -> None:
    address = await make.address(await make.thread())
    set_lag(late, between("streams", "visitors"))
    stream = await client.get(f"{address.rpartition('/')[0]}/live")
    assert stream.status_code == 503
    assert stream.headers["retry-after"] == "10"
    assert (await client.get(address)).status_code == 200


async def test_then_visitors_are_refused_and_members_are_not(
    client: httpx.AsyncClient, late: pytest.MonkeyPatch
) -> None:
    thread = await make.thread()
    address = await make.address(thread)
    set_lag(late, between("visitors", "members"))
    for path in ("/", address):
        page = await client.get(path)
        assert page.status_code == 503
        assert page.headers["retry-after"] == "10"
        assert "try again in a moment" in page.text
    assert (await client.get("/login")).status_code == 200

    await make.sign_in(client, await make.member(role="moderator"))
    for path in ("/", address, "/mod/queue"):
        assert (await client.get(path)).status_code == 200
    answer = await client.post(f"/t/{thread}/comments", data={"body": "Even now."})
    assert answer.status_code == 303


async def test_then_members_pages_are_refused_but_not_forms_and_moderators(
    client: httpx.AsyncClient, late: pytest.MonkeyPatch
) -> None:
    thread = await make.thread()
    address = await make.address(thread)
    set_lag(late, 2 * load_shedding.LIMITS["members"])
    await make.sign_in(client, await make.member())
    assert (await client.get(address)).status_code == 503
    assert (await client.get("/settings/mail")).status_code == 200
    assert (await client.post(f"/t/{thread}/comments", data={"body": "Even now."})).status_code == 303
    await make.sign_in(client, await make.member(role="moderator"))
    assert (await client.get(address)).status_code == 200


async def test_pages_are_served_again_after_the_load(client: httpx.AsyncClient, late: pytest.MonkeyPatch) -> None:
    set_lag(late, 2 * load_shedding.LIMITS["visitors"])
    assert (await client.get("/")).status_code == 503
    set_lag(late, 0.0)
    assert (await client.get("/")).status_code == 200
