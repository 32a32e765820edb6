"""What is between Parley and its servers may be slow, hang, lose connections or tear them in the middle."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import urlsplit

import msgspec
import pytest

from parley.platform.events import redis
from tests import make
from tests.faults.chaos import Chaos
from tests.faults.test_database import _assert_promise_kept, _stands_after, _until_ok
from tests.faults.test_redis import GROWS_SECONDS, _quickest_page, _until_quick
from tests.faults.writer import Writer
from tests.interfaces.live.forum import (
    PATIENCE,
    Forum,
    Web,
    assert_all_have_the_truth,
    browser_of,
    cookie_of,
    wait_until,
)
from tests.interfaces.live.reader import Reader

pytestmark = pytest.mark.anyio

Weather = Callable[[Chaos], None]


class Lines(msgspec.Struct):
    """A web process, and the lines from it to its servers."""

    web: Web
    postgres: Chaos
    valkey: Chaos


@pytest.fixture(scope="module")
def lines(broken_forum: Forum) -> Iterator[Lines]:
    folder = broken_forum.servers.postgres.run.folder
    with (
        Chaos(folder.sockets / ".s.PGSQL.5432").running() as postgres,
        Chaos(folder.valkey_socket).running() as valkey,
    ):
        login = urlsplit(broken_forum.servers.database_url).netloc.partition("@")[0]
        web = broken_forum.web(
            PARLEY_LIMITS="off",
            DATABASE_URL=f"postgresql://{login}@127.0.0.1:{postgres.port}/parley",
            REDIS_URL=f"redis://127.0.0.1:{valkey.port}/0",
        )
        yield Lines(web, postgres, valkey)
        web.end()


def late(line: Chaos) -> None:
    line.delay, line.jitter = 0.02, 0.04


def held(line: Chaos) -> None:
    line.holds = True


def cut(line: Chaos) -> None:
    line.refuses = True
    line.cut()


def torn(line: Chaos) -> None:
    line.resets_after = 200


def forgotten(line: Chaos) -> None:
    line.forget()


def trickling(line: Chaos) -> None:
    line.rate = 2_000


KINDS = pytest.mark.parametrize("weather", [late, held, cut, torn, forgotten, trickling])


@contextmanager
def under(weather: Weather, line: Chaos) -> Iterator[None]:
    weather(line)
    try:
        yield
    finally:
        line.mend()


@asynccontextmanager
async def writers(web: Web, thread: int) -> AsyncIterator[list[Writer]]:
    """Members who post without pause until the block ends."""
    found = [Writer([web], thread, await cookie_of(await make.member())) for _ in range(3)]
    tasks = [asyncio.create_task(one.write()) for one in found]
    try:
        yield found
    finally:
        for one in found:
            one.stop()
        await asyncio.gather(*tasks)


@KINDS
async def test_a_bad_line_to_postgresql_loses_nothing_that_was_acknowledged(
    forum: Forum, lines: Lines, thread: int, weather: Weather
) -> None:
    web = lines.web
    async with Reader([web.address], thread, last=0) as reader, browser_of() as visitor:
        async with writers(web, thread) as writing:
            await wait_until(lambda: all(len(one.said) > 5 for one in writing))
            with under(weather, lines.postgres):
                before = [len(one.said) for one in writing]
                await wait_until(
                    lambda: all(len(one.said) > so_far + 2 for one, so_far in zip(writing, before, strict=True))
                )
            sent = [len(one.said) for one in writing]
            await wait_until(lambda: all(_stands_after(one, so_far) for one, so_far in zip(writing, sent, strict=True)))
        await _assert_promise_kept(forum, thread, [said for one in writing for said in one.said])
        await assert_all_have_the_truth([reader], thread, forum.servers.database_url)
        await _until_ok(visitor, web.address + await make.address(thread))
    for refusal in (answer for one in writing for answer in one.refusals):
        assert refusal.status_code == 503
        assert refusal.headers["Retry-After"]
        assert "says" in refusal.text, "what was typed is not on the page"


async def test_where_one_connection_turns_out_dead_the_others_are_not_tried_one_by_one(
    forum: Forum, lines: Lines, thread: int
) -> None:
    web = lines.web
    mira = await make.member()
    crowd = [Writer([web], thread, await cookie_of(await make.member())) for _ in range(12)]
    posting = [asyncio.create_task(one.write(pause=0)) for one in crowd]
    await wait_until(lambda: all(len(one.said) > 5 for one in crowd))
    for one in crowd:
        one.stop()
    await asyncio.gather(*posting)
    lines.postgres.forget()
    async with browser_of() as visitor:
        found = []
        for _ in range(30):
            found.append((await visitor.get(f"{web.address}/u/{mira.name}")).status_code)
            await asyncio.sleep(0.2)
    assert found[-10:] == [200] * 10


@KINDS
async def test_a_bad_line_to_redis_keeps_nobody_from_reading_and_posting(
    forum: Forum, lines: Lines, thread: int, weather: Weather
) -> None:
    web = lines.web
    address = web.address + await make.address(thread)
    async with Reader([web.address], thread, last=0) as reader, browser_of() as visitor:
        async with writers(web, thread) as writing:
            await wait_until(lambda: all(len(one.said) > 5 for one in writing))
            usual = await _quickest_page(visitor, address)
            with under(weather, lines.valkey):
                await _until_quick(visitor, address, usual + GROWS_SECONDS)
                before = [len(one.said) for one in writing]
                await wait_until(
                    lambda: all(len(one.said) > so_far + 5 for one, so_far in zip(writing, before, strict=True))
                )
        assert [answer.status_code for one in writing for answer in one.refusals] == []
        await _assert_promise_kept(forum, thread, [said for one in writing for said in one.said])
        await assert_all_have_the_truth([reader], thread, forum.servers.database_url)


async def test_a_subscription_that_is_half_open_is_found_out_and_made_anew(
    forum: Forum, lines: Lines, webs: list[Web], thread: int
) -> None:
    """TCP alone would find out after hours, and every event would wait for a poll until then."""
    before = await _subscriptions(forum)
    lines.valkey.forget()
    async with (
        Reader([lines.web.address], thread, last=0) as reader,
        browser_of(await cookie_of(await make.member())) as b,
    ):
        await reader.open()
        async with asyncio.timeout(PATIENCE):
            while await _subscriptions(forum) == before:
                await asyncio.sleep(0.05)
        await b.post(f"{webs[0].address}/t/{thread}/comments", data={"body": "Heard at once."})
        await reader.until(lambda one: len(one.comments) == 1)


async def _subscriptions(forum: Forum) -> set[str]:
    """The numbers of the connections that subscribe, once each process has one. No number ever comes again."""
    processes = [one for one in forum.webs if one.process.poll() is None]
    async with asyncio.timeout(PATIENCE):
        while len(found := {one["id"] for one in await redis.redis().client_list(_type="pubsub")}) < len(processes):
            await asyncio.sleep(0.05)
    return found
