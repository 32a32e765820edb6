"""Members who read without pause, each on a connection of its own: light, so that the server is busier than they."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.interfaces.live.forum import Web

HEAD_END = b"\r\n\r\n"
# How many more read every few seconds, and at most.
GROWTH, MOST = 50, 2_000
GROWTH_SECONDS = 2.0


class Crowd:
    """`answers` counts what they got, by status."""

    def __init__(self, web: Web, path: str, cookies: list[str]) -> None:
        self._port = web.port
        self._asked = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: parley={one}".encode() for one in cookies]
        self.answers: Counter[int] = Counter()
        self._tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Let them read during the block."""
        try:
            yield
        finally:
            for reading in self._tasks:
                reading.cancel()
            ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        assert {type(result) for result in ended} == {asyncio.CancelledError}, "somebody was cut off"

    async def grow(self) -> None:
        """Let more and more read until many are refused: how many that takes depends on the machine."""
        while self.answers[503] < GROWTH:
            assert len(self._tasks) < MOST, "the process answers them all"
            for _ in range(GROWTH):
                asked = self._asked[len(self._tasks) % len(self._asked)]
                self._tasks.append(asyncio.create_task(self._read(asked)))
            await asyncio.sleep(GROWTH_SECONDS)

    async def _read(self, asked: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            while True:
                writer.write(asked + HEAD_END)
                status, _, head = (await reader.readuntil(HEAD_END)).lower().partition(b"\r\n")
                await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))
                self.answers[int(status.split()[1])] += 1
        finally:
            writer.close()
