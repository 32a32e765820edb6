"""Hundreds of readers that receive nothing cost little, delay nobody, and are disconnected."""

import asyncio
import secrets
import socket
import time
from contextlib import ExitStack

import pytest

from parley.interfaces.live.limits import LiveSettings
from tests import make
from tests.interfaces.live.forum import Forum, Web, cookie_of, wait_until
from tests.interfaces.live.reader import Reader
from tests.interfaces.live.test_limits import _deaf

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

# Many more than one address may open by default.
DEAF = 500
# Bytes of a comment, at random: compression does not make it smaller.
LONG_BYTES = 20_000
GROWS_BYTES = 150_000_000
# If one reader waited for another that reads nothing, it would wait until that one is disconnected.
IN_TIME_SECONDS = LiveSettings().send_timeout / 2


async def test_five_hundred_readers_that_receive_nothing_cost_little_and_delay_nobody(
    forum: Forum, thread: int
) -> None:
    web, ada = forum.web(f"streams_per_host={DEAF}"), await make.member()
    for _ in range(60):
        await make.comment(thread, ada, secrets.token_urlsafe(LONG_BYTES))
    before = web.memory()
    async with Reader([web.address], thread, cookie=await cookie_of(ada)) as reader:
        await reader.open()
        with ExitStack() as stack:
            await asyncio.to_thread(_open, stack, web, thread)
            peak, slowest = web.memory(), 0.0
            # More than the system buffers, so that the process notices that nobody reads.
            for _ in range(150):
                begun = time.monotonic()
                number = await make.comment(thread, ada, secrets.token_urlsafe(LONG_BYTES))
                await reader.until(lambda one, number=number: number in one.comments)  # type: ignore[misc]
                peak, slowest = max(peak, web.memory()), max(slowest, time.monotonic() - begun)
            assert slowest < IN_TIME_SECONDS
            await wait_until(lambda: web.connections() == 1)
        assert (reader.connected, reader.resyncs) == (1, 0)
    assert peak - before < GROWS_BYTES
    assert "Traceback" not in web.said()
    web.end()


def _open(stack: ExitStack, web: Web, thread: int) -> list[socket.socket]:
    return [stack.enter_context(_deaf(web, thread, f"127.0.0.{number % 4 + 2}")) for number in range(DEAF)]
