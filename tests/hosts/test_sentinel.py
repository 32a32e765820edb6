"""Three sentinels replace a Valkey that dies, and nobody is refused anything; live goes on over the new one."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis

from parley.platform.events.redis import LIVE_CHANNEL
from parley.platform.local_servers import valkey
from tests import make
from tests.faults.writer import Writer
from tests.interfaces.live.forum import (
    PATIENCE,
    PATIENT,
    Forum,
    assert_all_have_the_truth,
    browser_of,
    cookie_of,
    wait_until,
)
from tests.interfaces.live.reader import Reader
from tests.platform.local_servers.test_doctor import doctor, texts
from tests.ports import free_port
from tests.programs import is_listening, running

pytestmark = pytest.mark.anyio

PASSWORD = "of the tests"
SENTINEL = """
port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor talk 127.0.0.1 {master} 2
sentinel auth-pass talk "{password}"
sentinel down-after-milliseconds talk 2000
sentinel failover-timeout talk 10000
"""
# A sentinel that had to wait for the processor for two seconds suspects its clock and replaces nothing for half a
# minute: on a busy machine it would never.
SUSPECTS_AFTER_MILLISECONDS = 60_000
SERVER = """
port {port}
bind 127.0.0.1
dir {folder}
requirepass "{password}"
masterauth "{password}"
"""


class Watch:
    """Two servers, the second a replica of the first, and three sentinels that watch them."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.first, self.second = free_port(), free_port()
        self.sentinels = [free_port() for _ in range(3)]
        self.ends = ExitStack()
        stack.push(self.ends)
        self._start(self.ends, folder, self.first, SERVER)
        replica = SERVER + f"replicaof 127.0.0.1 {self.first}\n"
        self._start(stack, folder, self.second, replica)
        for port in self.sentinels:
            self._start(stack, folder, port, SENTINEL, "--sentinel")

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinels)
        return f"sentinel://:{PASSWORD.replace(' ', '%20')}@{hosts}/talk"

    def end_first(self) -> None:
        self.ends.close()

    def _start(self, stack: ExitStack, folder: Path, port: int, text: str, *options: str) -> None:
        home = folder / str(port)
        home.mkdir()
        (home / "conf").write_text(text.format(port=port, folder=home, master=self.first, password=PASSWORD))
        command = [valkey.binary(), home / "conf", *options]
        stack.enter_context(running(*command, log=home / "log", until=lambda: is_listening(port)))


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with ExitStack() as stack:
        yield Watch(stack, tmp_path)


async def test_a_fail_over_of_redis_refuses_nobody_and_live_goes_on(forum: Forum, watch: Watch, thread: int) -> None:
    # As sentinels answer once they know of the replica and of each other.
    for port in watch.sentinels:
        async with Redis(port=port) as client:
            await client.execute_command("SENTINEL", "DEBUG", "tilt-trigger", SUSPECTS_AFTER_MILLISECONDS)
        await _until(port, lambda state: state["num-slaves"] == 1 and state["num-other-sentinels"] == 2)
    pair = [forum.web(*PATIENT, PARLEY_LIMITS="off", REDIS_URL=watch.url) for _ in range(2)]
    _, found = await asyncio.to_thread(doctor, **(forum.servers.settings | {"REDIS_URL": watch.url}))
    assert "answers in" in texts([one for one in found if one["subject"] == "redis"], "ok")
    writers = [Writer(pair, thread, await cookie_of(await make.member())) for _ in range(4)]
    await _until_subscribed(watch.first)
    async with (
        Reader([pair[0].address], thread, last=0) as here,
        Reader([pair[1].address], thread, last=0) as there,
        browser_of(await cookie_of(await make.member())) as ada,
    ):
        tasks = [asyncio.create_task(one.write()) for one in writers]
        await wait_until(lambda: all(len(one.said) > 10 for one in writers))
        await asyncio.to_thread(watch.end_first)
        await _until(watch.sentinels[0], lambda state: state["port"] == watch.second)
        await _until_subscribed(watch.second)
        for one in writers:
            one.stop()
        await asyncio.gather(*tasks)
        said = [one for writer in writers for one in writer.said]
        assert [answer.status_code for one in writers for answer in one.refusals] == []
        assert [one for one in said if not one.acknowledged] == []
        await assert_all_have_the_truth([here, there], thread, forum.servers.database_url)
        async with Redis(port=watch.second, password=PASSWORD) as client, client.pubsub() as channel:
            await channel.subscribe(LIVE_CHANNEL)
            for number in range(int(PATIENCE)):
                # A process that has just failed to reach the old one signals nothing for a second.
                await ada.post(f"{pair[0].address}/t/{thread}/comments", data={"body": f"Over the new one, {number}."})
                if heard := await channel.get_message(ignore_subscribe_messages=True, timeout=1):
                    break
            assert heard
        await assert_all_have_the_truth([here, there], thread, forum.servers.database_url)
    for web in pair:
        web.end()
        assert "Traceback" not in web.said()


async def _until(sentinel: int, condition: object) -> None:
    async with asyncio.timeout(PATIENCE), Redis(port=sentinel) as client:
        while not condition((await client.sentinel_masters())["talk"]):  # type: ignore[operator]
            await asyncio.sleep(0.05)


async def _until_subscribed(server: int) -> None:
    """Wait until both web processes listen at the server on this port."""
    async with asyncio.timeout(PATIENCE), Redis(port=server, password=PASSWORD) as client:
        while (await client.pubsub_numsub(LIVE_CHANNEL))[0][1] < 2:
            await asyncio.sleep(0.05)
