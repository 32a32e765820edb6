"""Events of the whole site: in the order of their commits, so that no reader misses one."""

import os
import re
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple, cast

import asyncpg
import httpx
import pytest
from litestar import Litestar

from parley.interfaces.api import events_web
from parley.interfaces.api.events import SiteEvent
from parley.platform import db
from parley.platform.errors import Unavailable
from parley.platform.events.event_log import emit
from parley.platform.networks import NETWORK_HOSTS, source
from parley.platform.text.messages import N_
from tests import make
from tests.interfaces.api.calling import V1, program

pytestmark = pytest.mark.anyio


@pytest.mark.committed
async def test_a_reader_gets_every_event_once_whichever_commits_first(app: Litestar) -> None:
    jon, slow, quick = await make.member("jon"), await make.thread(), await make.thread()
    async with program(app) as reader:

        async def read(after: str) -> tuple[list[int], str]:
            answer = (await reader.get("/events", params={"after": after, "limit": 2})).json()
            return [one["thread"] for one in answer["items"]], answer["after"]

        begin = (await reader.get("/events")).json()["after"]
        async with db.atomic():
            # It gets its number and its id first, and is committed last.
            await emit("thread.locked", thread=slow)
            connection = await open_elsewhere()
            try:
                await connection.execute(POST, quick)
            finally:
                await connection.close()
            found, after = await read(begin)
            assert found == []
        rest, end = await read(after)
        assert rest == [slow, quick]
        assert await read(end) == ([], end)
        comment = await make.comment(quick, jon)
        answer = (await reader.get("/events", params={"after": end})).json()
    assert [(one["kind"], one["comment"]) for one in answer["items"]] == [("comment.posted", comment)]


POST = """
with thread as (update thread set last_seq = last_seq + 1 where id = $1 returning last_seq)
insert into event (thread, seq, kind) select $1, last_seq, 'thread.locked' from thread
"""


async def open_elsewhere() -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(os.environ["DATABASE_URL"])


@pytest.mark.committed
async def test_a_stream_continues_after_the_last_event_that_it_sent(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Time for one poll: the clock advances by a second at each call.
    monkeypatch.setattr(events_web, "monotonic", count().__next__)
    monkeypatch.setattr(events_web, "LONGEST_SECONDS", 2)
    jon, thread = await make.member("jon"), await make.thread()
    async with program(app) as reader:
        begin = (await reader.get("/events")).json()["after"]
        first, second = [await make.comment(thread, jon) for _ in range(2)]
        headers = {"accept": "text/event-stream"}
        stream = await reader.get("/events", params={"after": begin}, headers=headers)
        ids = re.findall(r"id: (\S+)\ndata: ", stream.text)
        rest = await reader.get("/events", headers=headers | {"last-event-id": ids[0]})

    assert stream.headers["content-type"].startswith("text/event-stream")
    assert [f'"comment":{one},' in stream.text for one in (first, second)] == [True, True]
    assert f'"comment":{first},' not in rest.text
    assert f'"comment":{second},' in rest.text


@pytest.mark.committed
async def test_a_stream_ends_while_the_database_does_not_answer(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_answer(position: str, most: int) -> None:
        raise Unavailable(N_("The database does not answer."))

    monkeypatch.setattr(events_web.events, "after", no_answer)
    async with program(app) as reader:
        answer = await reader.get("/events", headers={"accept": "text/event-stream"})
    assert (answer.status_code, answer.text) == (200, ": hello\n\n")
    assert not events_web._open.of_host


async def test_one_host_leaves_streams_to_its_neighbours(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_web, "LONGEST_SECONDS", 0.0)
    for _ in range(events_web.MOST_OF_HOST):
        events_web._open.add(source("127.0.0.1"))
    headers = {"accept": "text/event-stream"}
    statuses = []
    for address in ("127.0.0.1", "127.0.0.2"):
        one = httpx.ASGITransport(app, client=(address, 50_000))
        async with httpx.AsyncClient(transport=one, base_url=f"http://localhost{V1}") as reader:
            statuses.append((await reader.get("/events", headers=headers)).status_code)
    for _ in range(events_web.MOST_OF_HOST):
        events_web._open.remove(source("127.0.0.1"))
    assert statuses == [503, 200]


async def test_one_network_cannot_take_all_streams(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_web, "LONGEST_SECONDS", 0.0)
    monkeypatch.setitem(events_web._open.of_network, "127.0.0.0/24", NETWORK_HOSTS * events_web.MOST_OF_HOST)
    headers = {"accept": "text/event-stream"}
    async with program(app) as reader:
        assert (await reader.get("/events", headers=headers)).status_code == 503
    elsewhere = httpx.ASGITransport(app, client=("192.0.2.1", 50_000))
    async with httpx.AsyncClient(transport=elsewhere, base_url=f"http://localhost{V1}") as other:
        assert (await other.get("/events", headers=headers)).status_code == 200


async def test_one_person_with_many_networks_cannot_take_all_streams(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events_web, "LONGEST_SECONDS", 0.0)
    monkeypatch.setitem(events_web._open.of_network, "2001:db8:1::/48", NETWORK_HOSTS * events_web.MOST_OF_HOST)
    elsewhere = httpx.ASGITransport(app, client=("2001:db8:1:2::3", 50_000))
    async with httpx.AsyncClient(transport=elsewhere, base_url=f"http://localhost{V1}") as other:
        assert (await other.get("/events", headers={"accept": "text/event-stream"})).status_code == 503


async def test_a_stream_of_former_events_pauses_between_batches(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten streams that began at `0-0` on a large site used all of a web process's time."""
    monkeypatch.setattr(events_web, "monotonic", count().__next__)
    monkeypatch.setattr(events_web, "LONGEST_SECONDS", 3)
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(events_web.asyncio, "sleep", pause)
    event = SiteEvent("1-1", 1, 1, "comment.posted", 1, datetime.now(UTC))

    async def many(position: str, most: int) -> list[SiteEvent]:
        return [event] * most

    monkeypatch.setattr(events_web.events, "after", many)
    parts = [part async for part in events_web._stream(cast("Any", Request(app)), "0-0", source("192.0.2.1"))]

    assert parts[1].count(b"id: 1-1\n") == events_web.BATCH
    assert pauses
    assert set(pauses) == {events_web.PAUSE_SECONDS}


class Request(NamedTuple):
    app: Litestar


@pytest.mark.parametrize("after", ["x", "1", "1-", "99999999999999999999-1", "1-1;"])
async def test_an_invalid_position_is_refused(app: Litestar, after: str) -> None:
    async with program(app) as reader:
        answer: httpx.Response = await reader.get("/events", params={"after": after})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "after")
