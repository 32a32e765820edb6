"""A proxy of the tests between Parley and a server, which delays, trickles, holds back, cuts and resets what passes.

It works in a thread of its own, so it goes on while a test waits for a process.
"""

import asyncio
import random
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

PIECE = 16_384
STEP_SECONDS = 0.01
# Closing sends a reset instead of a goodbye.
RESET = struct.pack("ii", 1, 0)

# Our client's side and the server's.
Pair = tuple[StreamWriter, StreamWriter]
Give = Callable[[StreamWriter, bytes], Awaitable[None]]


class Chaos:
    """The proxy: what its fields say holds from then on, for the connections that are open too."""

    def __init__(self, target: Path | int) -> None:
        # A socket's path, or a port on loopback.
        self.target = target
        self.port = 0
        # Seconds that each piece is late, and up to how many more by chance.
        self.delay = 0.0
        self.jitter = 0.0
        # Bytes a second that come back to the client.
        self.rate: int | None = None
        # Nothing passes, nothing is closed, as where a cable is out; later it arrives.
        self.holds = False
        # New connections are reset.
        self.refuses = False
        # After so many bytes more of answers a connection is reset, in the middle of one.
        self.resets_after: int | None = None
        self._pairs: set[Pair] = set()
        self._forgotten: set[Pair] = set()
        self._loop = asyncio.new_event_loop()

    def cut(self) -> None:
        """Reset all connections, on both sides."""
        self._do(lambda: [_reset(one) for pair in self._pairs for one in pair])

    def forget(self) -> None:
        """Let the server lose all connections, and the clients hear nothing of it: they are half open."""
        self._do(self._forget)

    def mend(self) -> None:
        """Let everything pass again."""
        self.delay = self.jitter = 0.0
        self.rate = self.resets_after = None
        self.holds = self.refuses = False

    @contextmanager
    def running(self) -> Iterator["Chaos"]:
        thread = Thread(target=self._loop.run_forever)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        try:
            yield self
        finally:
            self.mend()
            self._do(server.close)
            self.cut()
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    def _do(self, deed: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(deed)

    def _forget(self) -> None:
        self._forgotten = set(self._pairs)
        for _, theirs in self._pairs:
            _reset(theirs)

    async def _listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            answers, theirs = await self._connect()
        except OSError:
            _reset(writer)
            return
        self._pairs.add(pair := (writer, theirs))
        tasks = [
            asyncio.create_task(self._pass_on(reader, theirs, self._ask)),
            asyncio.create_task(self._pass_on(answers, writer, self._answer)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            while pair in self._forgotten and await reader.read(PIECE):
                pass
        finally:
            self._pairs.discard(pair)
            for one in pair:
                one.close()

    async def _connect(self) -> tuple[StreamReader, StreamWriter]:
        if self.refuses:
            raise ConnectionRefusedError
        if isinstance(self.target, Path):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection("127.0.0.1", self.target)

    async def _pass_on(self, reader: StreamReader, writer: StreamWriter, give: Give) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                await asyncio.sleep(self.delay + random.uniform(0, self.jitter))
                while self.holds:
                    await asyncio.sleep(STEP_SECONDS)
                await give(writer, piece)

    async def _ask(self, writer: StreamWriter, piece: bytes) -> None:
        writer.write(piece)
        await writer.drain()

    async def _answer(self, writer: StreamWriter, piece: bytes) -> None:
        if self.rate:
            for place in range(0, len(piece), step := max(1, int(self.rate * STEP_SECONDS))):
                await self._ask(writer, piece[place : place + step])
                await asyncio.sleep(STEP_SECONDS)
            return
        if self.resets_after is not None:
            piece = piece[: self.resets_after]
            self.resets_after -= len(piece)
        await self._ask(writer, piece)
        if self.resets_after == 0:
            _reset(writer)


def _reset(writer: StreamWriter) -> None:
    connected: socket.socket = writer.get_extra_info("socket")
    with suppress(OSError):
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
