"""Members who read without pause, each on a connection of its own: light, so that the server is busier than they."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from live.forum import Web

HEAD_END = b"\r\n\r\n"


class Crowd:
    """`answers` counts what they got, by status."""

    def __init__(self, web: Web, path: str, cookies: list[str]) -> None:
        self._port = web.port
        self._asked = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: parley={one}".encode() for one in cookies]
        self.answers: Counter[int] = Counter()

    @asynccontextmanager
    async def reading(self, members: int) -> AsyncIterator[None]:
        """Let so many read during the block."""
        tasks = [asyncio.create_task(self._read(self._asked[turn % len(self._asked)])) for turn in range(members)]
        try:
            yield
        finally:
            for one in tasks:
                one.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(one) for one in ended} == {asyncio.CancelledError}, "somebody was cut off"

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
