"""A request whose end is ambiguous is refused and its connection closed: a proxy might read it differently."""

import asyncio

import pytest

from tests.interfaces.live.forum import Forum, Web

pytestmark = pytest.mark.anyio

NEXT = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


async def answers(web: Web, headers: bytes, body: bytes, version: bytes = b"1.1") -> bytes:
    """Send a request and another one after it, and return all answers until the connection closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
    head = b"POST /healthz HTTP/" + version + b"\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
    writer.write(head + headers + b"\r\n" + body + NEXT)
    try:
        return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (CHUNKED + b"Content-Length: 5\r\n", b"0\r\n\r\n"),
        (b"Content-Length: 5\r\n" + CHUNKED, b"0\r\n\r\n"),
        (b"Content-Length: 0\r\nContent-Length: 9\r\n", b""),
        (b"Content-Length: 0, 9\r\n", b""),
        (b"Content-Length: +5\r\n", b"aaaaa"),
        (b"Content-Length: 0x5\r\n", b"aaaaa"),
        (b"Content-Length: -1\r\n", b""),
        (b"Content-Length : 5\r\n", b"aaaaa"),
        (b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n"),
        (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
        (b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n"),
        (b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n"),
        (b"Transfer-Encoding: chunked;q=1\r\n", b"0\r\n\r\n"),
        (b"Transfer-Encoding: chunked\x0b\r\n", b"0\r\n\r\n"),
        (b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n"),
        (b"X: a\r" + CHUNKED, b"0\r\n\r\n"),
        (b"X: a\0b\r\n", b""),
        (CHUNKED, b"0x5\r\naaaaa\r\n0\r\n\r\n"),
        (CHUNKED, b"+5\r\naaaaa\r\n0\r\n\r\n"),
        (CHUNKED, b"-1\r\n\r\n"),
        (CHUNKED, b"5 \r\naaaaa\r\n0\r\n\r\n"),
        (CHUNKED, b"5\naaaaa\n0\n\n"),
        (CHUNKED, b"5;a\nb\r\naaaaa\r\n0\r\n\r\n"),
        (CHUNKED, b"5\r\naaaaaX0\r\n\r\n"),
        (CHUNKED, b"ffffffffffffffff5\r\naaaaa\r\n0\r\n\r\n"),
        (CHUNKED, b"\r\n5\r\naaaaa\r\n0\r\n\r\n"),
    ],
)
async def test_a_request_whose_end_is_not_clear_is_refused_with_all_behind_it(
    forum: Forum, web: Web, headers: bytes, body: bytes
) -> None:
    received = await answers(web, headers, body)
    assert b"HTTP/1.1 400" in received
    assert b"\r\n\r\nup\n" not in received


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (b"Content-Length: 5\r\n", b"aaaaa"),
        (b"Content-Length: 5\r\nTransfer_Encoding: chunked\r\n", b"aaaaa"),
        (CHUNKED, b"5\r\naaaaa\r\n0\r\n\r\n"),
        (CHUNKED, b"5;a=b\r\naaaaa\r\n0\r\nX: y\r\n\r\n"),
    ],
)
async def test_a_request_whose_end_is_clear_is_followed_by_the_next(
    forum: Forum, web: Web, headers: bytes, body: bytes
) -> None:
    assert (await answers(web, headers, body)).endswith(b"\r\n\r\nup\n")
