"""Form bodies: received into a file (on disk above 1 MB), and parsed when they are complete."""

import asyncio
from collections.abc import Callable
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qsl

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import InternalServerException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import Receive, Send
from multipart import MultipartParser, MultipartPart  # type: ignore[import-untyped]

from parley.platform.errors import BadRequest
from parley.platform.text.charsets import usable
from parley.platform.text.messages import N_

# The largest body of any route (articles/imports/web.py).
MOST_BYTES = 16_000_000
# The longest article is 500,000 characters of up to four bytes. Its forms are multipart: decoding an URL-encoded one
# would take a hundred times as long.
MOST_TEXT_BYTES = 2_200_000
# The longest comment fits.
MOST_URL_ENCODED_BYTES = 500_000
MOST_FIELDS = 200
MOST_PARTS = 50
PART_IN_MEMORY_BYTES = 65_536

Pair = tuple[str, str | MultipartPart]
# Parsing takes several times the body's size in memory, so only two are parsed at once. Their bodies are complete, so a
# slow client blocks nobody.
_parsing = asyncio.Semaphore(2)


async def read_form(request: Request[Any, Any, Any]) -> list[Pair]:
    """Return the fields of a form as (name, value) pairs; a file is a MultipartPart.

    The files are closed with the request. Raises BadRequest if the body ends early, RequestEntityTooLarge if it has too
    much text, and ValueError or LookupError if it cannot be parsed.
    """
    kind, options = request.content_type
    if kind not in {RequestEncodingType.MULTI_PART, RequestEncodingType.URL_ENCODED}:
        return []
    body = UploadFile("", "")
    try:
        size = await _receive(request, body)
        if kind == RequestEncodingType.URL_ENCODED and size > MOST_URL_ENCODED_BYTES:
            raise RequestEntityTooLarge
        file = cast("BinaryIO", body.file)
        boundary = options.get("boundary", "") if kind == RequestEncodingType.MULTI_PART else None
        if size <= PART_IN_MEMORY_BYTES:
            return _parse(file, boundary, request.scope)
        async with _parsing:
            return await asyncio.to_thread(_parse, file, boundary, request.scope)
    finally:
        await body.close()


async def _receive(request: Request[Any, Any, Any], body: UploadFile) -> int:
    """Write the request's body to `body` and return its size in bytes."""
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            await body.write(chunk)
    except InternalServerException as error:
        raise BadRequest(N_("The connection ended before the form was complete. Nothing was changed.")) from error
    await body.seek(0)
    return size


def _parse(body: BinaryIO, boundary: str | None, scope: Any) -> list[Pair]:
    """Return the fields of a complete body, which is URL-encoded if there is no boundary."""
    if boundary is None:
        return _check_size(
            [*parse_qsl(body.read().decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)]
        )
    parser = MultipartParser(body, boundary, part_limit=MOST_PARTS, spool_limit=PART_IN_MEMORY_BYTES)
    pairs: list[Pair] = []
    for part in parser:
        at_end(scope, part.close)
        if not part.filename and part.size > MOST_TEXT_BYTES:
            raise RequestEntityTooLarge
        pairs.append((part.name, part if part.filename else part.raw.decode(usable(part.charset))))
    return _check_size(pairs)


def _check_size(pairs: list[Pair]) -> list[Pair]:
    if sum(len(value) for _, value in pairs if isinstance(value, str)) > MOST_TEXT_BYTES:
        raise RequestEntityTooLarge
    return pairs


def at_end(scope: Any, call: Callable[[], object]) -> None:
    """Call `call` when the answer to this request has been sent, or its client has disconnected."""
    scope.setdefault("at_end", []).append(call)


def end(scope: Any) -> None:
    """Call what was registered with `at_end` for this request."""
    for call in scope.get("at_end", ()):
        call()


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
