"""A receiver of webhooks on loopback, which checks signatures as receivers' libraries do."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from email.parser import BytesHeaderParser
from typing import Any

import msgspec
from standardwebhooks.webhooks import Webhook

from parley.interfaces.webhooks import ops
from parley.people.accounts.viewer import Viewer
from parley.platform import db

# With http, and the guard that lets loopback pass only where a test says so.
NOWHERE = "http://127.0.0.1:9/hooks"
# As after a restore: what is not of a running transaction is seen, also within the one of a test.
SEEN = "update event set xid = '0'"


class Received(msgspec.Struct):
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def comment(self) -> dict[str, Any]:
        found: dict[str, Any] = self.message["data"]["comment"]
        return found

    def check(self, secret: str) -> None:
        """Raise WebhookVerificationError unless the message is signed with `secret`."""
        Webhook(secret).verify(self.body.decode(), self.headers)


class Receiver(msgspec.Struct):
    """What arrived; `status` is the answer, after `wait`."""

    url: str = ""
    received: list[Received] = []
    status: Callable[[], int] = lambda: 204
    body: bytes = b""
    wait: asyncio.Event | None = None

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(request.partition(b"\r\n")[2])
        body = await reader.readexactly(int(headers["content-length"]))
        self.received.append(Received({name.lower(): value for name, value in headers.items()}, body))
        if self.wait is not None:
            await self.wait.wait()
        head = f"HTTP/1.1 {self.status()} Any\r\nLocation: {self.url}\r\nContent-Length: {len(self.body)}\r\n\r\n"
        with suppress(ConnectionError):
            writer.write(head.encode() + self.body)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks"
    async with server:
        yield receiver


async def hook(url: str = NOWHERE, *kinds: str) -> tuple[int, str]:
    """A webhook that gets everything of these kinds from the first event on; its id and its secret."""
    number, secret = await ops.make(url, kinds or ["comment.posted"])
    await db.execute("update webhook set position = '0-0' where id = $1", number)
    return number, secret


async def proven(who: Viewer) -> None:
    await db.execute("update session set proved_at = now() where member = $1", who.id)
