"""Visitors read from a streaming replica, and nobody notices: however far it is behind, and when either server dies."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import msgspec
import pytest

from parley.platform import db
from parley.platform.settings import settings
from parley.site.doctor import servers as doctors_servers
from tests import make
from tests.faults.test_database import _assert_promise_kept, _stands_after
from tests.faults.writer import Writer
from tests.hosts.cluster import Cluster, replicated
from tests.hosts.worker import Worker
from tests.interfaces.live.forum import (
    PATIENCE,
    Forum,
    Web,
    assert_all_have_the_truth,
    browser_of,
    cookie_of,
    wait_until,
    writing,
)
from tests.interfaces.live.reader import Reader
from tests.platform.local_servers.test_doctor import doctor, texts

pytestmark = pytest.mark.anyio

PROMISED_SECONDS = 1.0
RECOVERS_SECONDS = 30.0
# So many want one of sixteen connections.
CROWD = 64
PAUSED = "replica paused"


@pytest.fixture(scope="module")
def pair(wide_forum: Forum, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with replicated(tmp_path_factory.mktemp("pg"), wide_forum) as one:
        yield one


@pytest.fixture(scope="module")
def web(pair: Forum) -> Web:
    return pair.web(PARLEY_LIMITS="off")


@pytest.fixture
async def forum(pair: Forum) -> AsyncIterator[Forum]:
    async with writing(pair):
        yield pair


@pytest.fixture
def cluster(pair: Forum) -> Cluster:
    return pair.servers  # type: ignore[return-value]


@pytest.fixture
def worker(forum: Forum) -> Iterator[Worker]:
    one = Worker(forum)
    yield one
    if one.process.poll() is None:
        one.end()


async def test_visitors_read_from_the_replica_and_members_from_the_primary(
    forum: Forum, cluster: Cluster, web: Web, thread: int
) -> None:
    address = web.address + await make.address(thread)
    async with browser_of() as visitor, browser_of(await cookie_of(await make.member())) as member:
        await _until_read_from(cluster, visitor, address)
        _, found = await asyncio.to_thread(doctor, **cluster.settings)
        assert "replica: It streams from the primary." in texts(found, "ok")
        # On a busy machine the replica may be too far behind for a moment: then visitors read from the primary.
        async with asyncio.timeout(PATIENCE):
            while not await _reads_only_from_the_replica(cluster, web, visitor, address):
                await asyncio.sleep(1)
        before, there = _reads(cluster.primary.said()), _reads(cluster.standby.said())
        assert (await member.get(address)).status_code == 200
        assert _reads(cluster.primary.said()) > before
        assert _reads(cluster.standby.said()) == there


async def _reads_only_from_the_replica(cluster: Cluster, web: Web, visitor: httpx.AsyncClient, address: str) -> bool:
    before, there = _reads(cluster.primary.said()), _reads(cluster.standby.said())
    for part in ("", "?sort=new", "?sort=top", "?view=passage"):
        assert (await visitor.get(address + part)).status_code == 200
    assert (await visitor.get(f"{web.address}/")).status_code == 200
    return _reads(cluster.primary.said()) == before and _reads(cluster.standby.said()) > there


@pytest.mark.parametrize("state", ["streaming", "paused", "frozen", "gone"])
async def test_a_member_reads_their_own_at_once_and_visitors_what_is_at_most_a_second_old(
    forum: Forum, cluster: Cluster, web: Web, thread: int, state: str
) -> None:
    address = web.address + await make.address(thread)
    async with browser_of() as visitor, browser_of(await cookie_of(await make.member())) as member:
        await _until_read_from(cluster, visitor, address)
        if state == "paused":
            await cluster.standby.do("select pg_wal_replay_pause()")
        elif state == "frozen":
            cluster.standby.signal(signal.SIGSTOP)
        elif state == "gone":
            cluster.standby.kill()
        try:
            for turn in range(5):
                words = f"Said while it is {state}, {turn}."
                answer = await member.post(f"{web.address}/t/{thread}/comments", data={"body": words})
                assert words in (await member.get(address)).text
                await _assert_seen_in_time(visitor, address, words)
                number = answer.headers["Location"].rpartition("#c")[2]
                assert (await member.post(f"{web.address}/c/{number}/delete")).status_code == 303
                gone_by = time.monotonic() + PROMISED_SECONDS
                assert words not in (await member.get(address)).text
                while time.monotonic() < gone_by + 0.5:
                    begun = time.monotonic()
                    page = await visitor.get(address)
                    assert page.status_code == 200
                    assert words not in page.text or begun < gone_by
        finally:
            if state == "paused":
                await cluster.standby.do("select pg_wal_replay_resume()")
            elif state == "frozen":
                cluster.standby.signal(signal.SIGCONT)
            elif state == "gone":
                cluster.standby.start()
        await _until_read_from(cluster, visitor, address)


async def test_the_doctor_says_that_a_replica_does_not_catch_up(
    forum: Forum, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctors_servers, "FAR_BEHIND", 1_000_000)
    given = msgspec.structs.replace(settings(), database_url=cluster.database_url, replica_url=cluster.standby.url())
    await cluster.standby.do("select pg_wal_replay_pause()")
    try:
        await cluster.primary.do(
            "create table filler as select repeat(md5(n::text), 20) from generate_series(1, 5000) n"
        )
        (found,) = await doctors_servers.replica(given)
    finally:
        await cluster.standby.do("select pg_wal_replay_resume()")
        await cluster.primary.do("drop table filler")
    assert (found.level.value, "MB of the log behind" in found.text) == ("warn", True)


@pytest.mark.usefixtures("no_hourly_limit")
async def test_for_a_replica_that_hangs_no_more_visitors_wait_than_it_has_connections(
    forum: Forum, cluster: Cluster, web: Web, thread: int
) -> None:
    address = web.address + await make.address(thread)
    author = await make.member()
    numbers = [await make.comment(thread, author) for _ in range(CROWD)]
    addresses = [f"{address}?focus={number}" for number in numbers]
    async with browser_of() as visitor:
        await _until_read_from(cluster, visitor, address)
        before, begun = web.said().count(PAUSED), time.monotonic()
        cluster.standby.signal(signal.SIGSTOP)
        try:
            await asyncio.gather(*(_read(visitor, one) for one in addresses))
        finally:
            cluster.standby.signal(signal.SIGCONT)
        # What measures the lag gives up, too: at most once a second.
        waited = web.said().count(PAUSED) - before - (time.monotonic() - begun)
        assert waited < CROWD / 2, "each waited in turn until it gave up"


async def test_a_database_that_turns_read_only_is_read_on_and_refuses_in_words(
    forum: Forum, cluster: Cluster, thread: int
) -> None:
    # Where only a server that takes writes is asked for, there would be none to read from either.
    web = forum.web(PARLEY_LIMITS="off", DATABASE_URL=cluster.primary.url())
    address = web.address + await make.address(thread)
    typed = {"body": "Typed while nothing can be saved."}
    async with browser_of(await cookie_of(await make.member())) as member, browser_of() as visitor:
        assert (await member.get(address)).status_code == 200
        await _turn(cluster, "on")
        try:
            for _ in range(3):
                answer = await member.post(f"{web.address}/t/{thread}/comments", data=typed)
                assert answer.status_code == 503
                assert answer.headers["Retry-After"]
                assert typed["body"] in answer.text
            assert {(await one.get(address)).status_code for one in (member, visitor)} == {200}
        finally:
            await _turn(cluster, "off")
        async with asyncio.timeout(PATIENCE):
            while (await member.post(f"{web.address}/t/{thread}/comments", data=typed)).status_code != 303:
                await asyncio.sleep(0.05)


async def test_when_the_primary_dies_the_replica_takes_over_with_all_that_was_acknowledged(
    forum: Forum, cluster: Cluster, web: Web, worker: Worker, thread: int
) -> None:
    # What is acknowledged is on both.
    await cluster.primary.do("alter system set synchronous_standby_names = '*'")
    await cluster.primary.do("select pg_reload_conf()")
    other = forum.web(PARLEY_LIMITS="off")
    writers = [Writer([web, other], thread, await cookie_of(await make.member())) for _ in range(4)]
    async with Reader([web.address, other.address], thread, last=0) as reader:
        tasks = [asyncio.create_task(one.write()) for one in writers]
        await wait_until(lambda: all(len(one.said) > 10 for one in writers))
        cluster.primary.kill()
        await wait_until(lambda: all(one.refusals for one in writers))
        cluster.standby.promote()
        begun, sent = time.monotonic(), [len(one.said) for one in writers]
        await wait_until(lambda: all(_stands_after(one, so_far) for one, so_far in zip(writers, sent, strict=True)))
        assert time.monotonic() - begun < RECOVERS_SECONDS
        for one in writers:
            one.stop()
        await asyncio.gather(*tasks)
        await _assert_promise_kept(forum, thread, [said for one in writers for said in one.said])
        await assert_all_have_the_truth([reader], thread, cluster.database_url)
    async with asyncio.timeout(PATIENCE), browser_of() as visitor:
        while await db.value("select count(*) from event where handled_at is null"):
            await asyncio.sleep(0.1)
        assert (await visitor.get(web.address)).status_code == 200
    refusals = [answer for one in writers for answer in one.refusals]
    assert {answer.status_code for answer in refusals} == {503}
    assert all("says" in answer.text for answer in refusals), "what was typed is not on the page"
    assert worker.end() == 0


def _reads(log: str) -> int:
    """How often a thread's page was asked whether it has changed, or a list of threads was read."""
    return log.count(") as validator") + log.count("coalesce(s.people, 0) as people")


async def _read(visitor: httpx.AsyncClient, address: str) -> None:
    """Read a page, again where the primary has no time for so many at once, as on a busy machine."""
    while (answer := await visitor.get(address)).status_code == 503:
        assert answer.headers["Retry-After"]
        await asyncio.sleep(0.5)
    assert answer.status_code == 200


async def _until_read_from(cluster: Cluster, visitor: httpx.AsyncClient, address: str) -> None:
    before = _reads(cluster.standby.said())
    async with asyncio.timeout(PATIENCE):
        while _reads(cluster.standby.said()) == before:
            # The replica may not have a new thread at once.
            assert (await visitor.get(address)).status_code in {200, 404}
            await asyncio.sleep(0.1)
    assert (await visitor.get(address)).status_code == 200


async def _assert_seen_in_time(visitor: httpx.AsyncClient, address: str, words: str) -> None:
    """Ask until the page has `words`, which one that is asked for after the promised time must have."""
    begun = time.monotonic()
    seen_by = begun + PROMISED_SECONDS
    while words not in (await visitor.get(address)).text:
        assert begun < seen_by
        await asyncio.sleep(0.02)
        begun = time.monotonic()


async def _turn(cluster: Cluster, read_only: str) -> None:
    await cluster.primary.do(f"alter system set default_transaction_read_only = {read_only}")
    await cluster.primary.do("select pg_reload_conf()")
