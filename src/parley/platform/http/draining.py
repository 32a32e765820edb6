"""Receives and discards the rest of a request body that was not read, so that the client gets the response.

Closing a connection while bytes arrive resets it, and a proxy then answers 502.
"""

from typing import Any

from litestar.types import Receive, Send

# The largest body of any route (articles/imports/web.py).
MOST_BYTES = 16_000_000


class Draining:
    """The `receive` and `send` of one request. The body is drained after the response is sent."""

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
