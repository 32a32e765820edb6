"""Everything breaks at random moments under a stream of posts, and in the end every reader has the truth."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from signal import SIGCONT, SIGSTOP

import pytest

from parley.platform.events.redis import redis
from tests import make
from tests.faults.test_database import _assert_promise_kept
from tests.faults.writer import Voter, Writer
from tests.interfaces.live.forum import Forum, Web, assert_all_have_the_truth, cookie_of
from tests.interfaces.live.reader import Reader

pytestmark = pytest.mark.anyio

READERS = 8
WRITERS = 3


class Storm:
    """The faults, each mended again after a moment."""

    def __init__(self, forum: Forum, webs: list[Web], readers: list[Reader], dice: random.Random) -> None:
        self.forum = forum
        self.webs = webs
        self.readers = readers
        self.dice = dice

    async def web(self) -> None:
        one = self.dice.choice(self.webs)
        one.kill()
        await self.moment()
        await asyncio.to_thread(one.start)

    async def restarted_web(self) -> None:
        one = self.dice.choice(self.webs)
        await asyncio.to_thread(one.end)
        await asyncio.to_thread(one.start)

    async def redis(self) -> None:
        self.forum.kill_redis()
        await self.moment()
        self.forum.servers.valkey.start()

    async def hanging_redis(self) -> None:
        self.forum.freeze("valkey")
        await self.moment()
        self.forum.thaw("valkey")

    async def flushed_redis(self) -> None:
        await redis().flushall()

    async def connections(self) -> None:
        for one in self.dice.sample(self.readers, READERS // 2):
            await one.cut()

    async def database(self) -> None:
        self.forum.crash_database()
        await self.moment()
        self.forum.servers.postgres.start()

    async def hanging_web(self) -> None:
        one = self.dice.choice(self.webs)
        one.process.send_signal(SIGSTOP)
        await self.moment()
        one.process.send_signal(SIGCONT)

    async def moment(self) -> None:
        """A part of a second in which people go on."""
        await asyncio.sleep(self.dice.uniform(0.05, 0.8))


@pytest.mark.parametrize("fault", ["connections", "flushed_redis", "redis", "web"])
async def test_a_fault_in_a_stream_of_posts_loses_and_repeats_nothing(
    forum: Forum, webs: list[Web], thread: int, fault: str
) -> None:
    await _weather(forum, webs, thread, random.Random(7), [fault])


@pytest.mark.parametrize("seed", range(4))
async def test_faults_of_every_kind_in_a_stream_of_posts_lose_and_repeat_nothing(
    forum: Forum, webs: list[Web], thread: int, seed: int
) -> None:
    dice = random.Random(seed)
    kinds = [name for name in vars(Storm) if not name.startswith("_") and name != "moment"]
    await _weather(forum, webs, thread, dice, [dice.choice(kinds) for _ in range(8)] + kinds)


async def _weather(forum: Forum, webs: list[Web], thread: int, dice: random.Random, faults: list[str]) -> None:
    addresses = [web.address for web in webs]
    writers = [Writer(webs, thread, await cookie_of(await make.member()), persistent=True) for _ in range(WRITERS)]
    async with AsyncExitStack() as stack:
        readers = [
            await stack.enter_async_context(Reader(addresses[place % 2 :] + addresses[: place % 2], thread, last=0))
            for place in range(READERS)
        ]
        voter = Voter(webs, readers, await cookie_of(await make.member()))
        tasks = [asyncio.create_task(one.write()) for one in writers] + [asyncio.create_task(voter.vote())]
        storm = Storm(forum, webs, readers, dice)
        for fault in faults:
            strike: Callable[[], Awaitable[None]] = getattr(storm, fault)
            await storm.moment()
            await strike()
        await storm.moment()
        for one in (*writers, voter):
            one.stop()
        await asyncio.gather(*tasks)
        said = [one for writer in writers for one in writer.said]
        assert all(one.acknowledged for one in said)
        await _assert_promise_kept(forum, thread, said)
        await assert_all_have_the_truth(readers, thread, forum.servers.database_url)
