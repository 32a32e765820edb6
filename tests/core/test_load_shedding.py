"""What gives way, and in which order, when a process has more to do than it can."""

import asyncio
import time

import httpx
import pytest

import make
from parley import worker
from parley.core.observability import load_shedding
from parley.worker import Job

pytestmark = pytest.mark.anyio

# Before conftest.py lifts it.
WEIGHT = load_shedding.WEIGHT


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(load_shedding, "LOOP_LAG", load_shedding.LoopLag())
    return monkeypatch


def be(late: pytest.MonkeyPatch, seconds: float) -> None:
    late.setattr(load_shedding.LOOP_LAG, "seconds", seconds)


@pytest.fixture
def weight(monkeypatch: pytest.MonkeyPatch) -> float:
    """The product's; in the tests' own process looks count for nothing."""
    monkeypatch.setattr(load_shedding, "WEIGHT", WEIGHT)
    return WEIGHT


async def test_a_loop_that_is_kept_busy_is_seen_and_so_is_its_recovery(weight: float) -> None:
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


def test_one_pause_turns_nobody_away_however_long_it_was(weight: float) -> None:
    lag = load_shedding.LoopLag()
    lag.record(3_600)
    assert lag.seconds <= load_shedding.LIMITS["streams"]
    for _ in range(10):
        lag.record(3_600)
    assert lag.seconds > load_shedding.LIMITS["members"]


def between(one: load_shedding.Kind, other: load_shedding.Kind) -> float:
    """Late enough for the first to give way, and not for the second."""
    return (load_shedding.LIMITS[one] + load_shedding.LIMITS[other]) / 2


async def test_work_for_later_gives_way_first(late: pytest.MonkeyPatch) -> None:
    async def work() -> int:
        return 1

    be(late, between("later", "streams"))
    assert await worker._sweep(Job("digest", work, later=True)) == 0
    assert await worker._sweep(Job("mail", work)) == 1
    be(late, load_shedding.LIMITS["later"] / 2)
    assert await worker._sweep(Job("digest", work, later=True)) == 1


async def test_then_new_streams_and_nobody_who_reads(client: httpx.AsyncClient, late: pytest.MonkeyPatch) -> None:
    address = await make.address(await make.thread())
    be(late, between("streams", "visitors"))
    stream = await client.get(f"{address.rpartition('/')[0]}/live")
    assert stream.status_code == 503
    assert stream.headers["retry-after"] == "10"
    assert (await client.get(address)).status_code == 200


async def test_then_visitors_while_members_read_and_write(client: httpx.AsyncClient, late: pytest.MonkeyPatch) -> None:
    thread = await make.thread()
    address = await make.address(thread)
    be(late, between("visitors", "members"))
    for path in ("/", address):
        page = await client.get(path)
        assert page.status_code == 503
        assert page.headers["retry-after"] == "10"
        assert "try again in a moment" in page.text
    assert (await client.get("/login")).status_code == 200

    await make.sign_in(client, await make.member(role="moderator"))
    for path in ("/", address, "/mod/queue"):
        assert (await client.get(path)).status_code == 200
    said = await client.post(f"/t/{thread}/comments", data={"body": "Even now."})
    assert said.status_code == 303


async def test_at_last_members_who_read_while_what_is_sent_is_taken_and_moderators_get_in(
    client: httpx.AsyncClient, late: pytest.MonkeyPatch
) -> None:
    thread = await make.thread()
    address = await make.address(thread)
    be(late, 2 * load_shedding.LIMITS["members"])
    await make.sign_in(client, await make.member())
    assert (await client.get(address)).status_code == 503
    assert (await client.get("/settings/mail")).status_code == 200
    assert (await client.post(f"/t/{thread}/comments", data={"body": "Even now."})).status_code == 303
    await make.sign_in(client, await make.member(role="moderator"))
    assert (await client.get(address)).status_code == 200


async def test_what_gives_way_is_served_again_afterwards(client: httpx.AsyncClient, late: pytest.MonkeyPatch) -> None:
    be(late, 2 * load_shedding.LIMITS["visitors"])
    assert (await client.get("/")).status_code == 503
    be(late, 0.0)
    assert (await client.get("/")).status_code == 200
