"""The rest of a body that nobody read is received and discarded, so that its sender reads the answer.

A server that closes a connection on which bytes still arrive resets it, and a proxy answers 502.
"""

from typing import Any

from litestar.types import Receive, Send

# The largest body that any route takes (articles/web.py).
MOST_BYTES = 16_000_000


class Draining:
    """The `receive` and `send` of one request. The answer goes out first; only then the body is drained."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._is_received = False

    async def receive(self) -> Any:
        message: Any = await self._receive()
        self._is_received = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body", False) and not self._is_received:
            await self._send({"type": "http.response.body", "body": message.get("body", b""), "more_body": True})
            await self._drain()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    async def _drain(self) -> None:
        left = MOST_BYTES
        while not self._is_received and left > 0:
            message = await self.receive()
            if message["type"] == "http.request":
                left -= len(message["body"])
