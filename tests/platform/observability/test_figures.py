"""What Prometheus is told of a web process."""

import asyncio
from collections.abc import Mapping
from time import monotonic

import httpx
import pytest

from parley.interfaces.live.broadcast import Broadcaster
from parley.interfaces.live.stream import Stream
from parley.platform import db
from parley.platform.db import engine
from parley.platform.observability import metrics
from tests import make
from tests.platform.observability.conftest import PATIENCE, Ask

pytestmark = pytest.mark.anyio


def grown(before: Mapping[str, float], after: Mapping[str, float], name: str) -> dict[str, float]:
    """By how much each figure of this name grew."""
    return {
        key: value - before.get(key, 0)
        for key, value in after.items()
        if key.startswith(name) and value > before.get(key, 0)
    }


def counted() -> float:
    """How many statements this process has sent."""
    [family] = metrics.QUERY_SECONDS.collect()
    return next(sample.value for sample in family.samples if sample.name.endswith("_count"))


async def test_answers_are_told_by_the_pattern_of_their_route_and_never_by_an_address(
    client: httpx.AsyncClient, ask: Ask
) -> None:
    address = await make.address(await make.thread())
    before = await ask()

    await client.get(address)
    await client.head(address)
    await client.get(f"{address}-mistyped?sort=new")
    await client.get("/nothing/here")
    await client.request("BREW", "/")
    await client.post("/login", headers={"sec-fetch-site": "cross-site"})

    after = await ask()
    assert grown(before, after, "parley_answers_total") == {
        'parley_answers_total{method="GET"}{route="/t/{thread}/{slug}"}{status="200"}': 3,
        'parley_answers_total{method="GET"}{route="none"}{status="404"}': 1,
        'parley_answers_total{method="other"}{route="none"}{status="405"}': 1,
        'parley_answers_total{method="POST"}{route="none"}{status="403"}': 1,
    }
    counted = grown(before, after, "parley_request_seconds_count")
    assert counted['parley_request_seconds_count{method="GET"}{route="/t/{thread}/{slug}"}'] == 3
    assert not any(address in key for key in after)


async def test_the_figures_are_not_among_the_pages(client: httpx.AsyncClient, ask: Ask) -> None:
    assert (await client.get("/metrics")).status_code == 404
    assert "parley_live_streams" in await ask()


async def test_statements_are_counted_and_pages_that_are_kept_ask_none(
    client: httpx.AsyncClient, ask: Ask, monkeypatch: pytest.MonkeyPatch, queries: list[str]
) -> None:
    # A moment that lasts.
    now = monotonic()
    monkeypatch.setattr("parley.platform.cache.monotonic", lambda: now)
    address = await make.address(await make.thread())
    assert (await client.get(address)).status_code == 200
    before = await ask()
    queries.clear()

    statements = counted()
    await client.get(address)

    # At once: while the figures are asked for, the process may ask the database for other reasons.
    assert counted() == statements, queries
    after = await ask()
    assert grown(before, after, "parley_cache_reads_total") == {
        'parley_cache_reads_total{cache="pages"}{found="yes"}': 1,
    }
    await db.value("select 1")
    assert counted() == statements + 1
    sent = counted()
    assert (await ask())["parley_query_seconds_count"] >= sent


@pytest.mark.committed
async def test_who_waits_for_a_connection_is_told_and_how_many_there_are(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ACQUIRE_SECONDS", PATIENCE)
    connections = db.DB.connections
    assert connections is not None
    taken = [await connections.acquire(seconds=10) for _ in range(connections.pool.get_max_size())]
    waiting = asyncio.create_task(db.value("select 1"))
    try:
        await asyncio.sleep(0)
        full = await ask()
    finally:
        for connection in taken:
            await connections.keep(connection)
    await waiting

    assert full["parley_pool_waiting"] == 1
    assert full['parley_pool_connections{state="used"}'] == len(taken)
    assert (await ask())["parley_pool_waiting"] == 0


async def test_open_streams_and_what_they_were_not_told_yet_are_told(ask: Ask) -> None:
    thread = await make.thread()
    broadcaster = Broadcaster()
    stream = Stream(thread, "a test", None)
    await broadcaster.join(stream, None)
    before = await ask()
    await make.comment(thread, await make.member())

    await broadcaster.measure()
    behind = metrics.BEHIND._value.get(), metrics.STREAMS._value.get(), metrics.THREADS._value.get()
    await broadcaster.delivery.advance(broadcaster.channels[thread])
    await broadcaster.measure()

    assert behind == (1, 1, 1)
    assert metrics.BEHIND._value.get() == 0
    assert grown(before, await ask(), "parley_live_delay_seconds_count") == {"parley_live_delay_seconds_count": 1}


async def test_figures_come_even_when_what_must_be_looked_up_does_not(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_broadcaster: Broadcaster) -> None:
        raise ConnectionError

    monkeypatch.setattr(Broadcaster, "measure", away)

    assert (await ask())['parley_pool_connections{state="used"}'] >= 0
