"""The size of a request's head is limited before it is parsed."""

import asyncio

import pytest

from parley.platform.http.header_limits import MOST_BYTES
from tests.interfaces.live.forum import Forum, Web

pytestmark = pytest.mark.anyio

BEGINS = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
ENDS = b"\r\nConnection: close\r\n\r\n"


async def answered(web: Web, *pieces: bytes) -> bytes:
    """Return what is answered until the connection closes."""
    answers, asking = await asyncio.open_connection("127.0.0.1", web.port)
    try:
        for piece in pieces:
            asking.write(piece)
            await asking.drain()
        return await answers.read()
    except ConnectionError:
        # What it had not read was still being sent when it disconnected.
        return b""
    finally:
        asking.close()


async def test_a_long_head_is_read_and_one_that_never_ends_is_refused(forum: Forum, web: Web) -> None:
    long = await answered(web, BEGINS, b"X: " + b"a" * (MOST_BYTES // 2), ENDS)
    assert long.endswith(b"\r\n\r\nup\n")

    endless = await answered(web, BEGINS, b"X: ", *[b"a" * 4_096] * 12)
    assert endless == b"" or endless.startswith(b"HTTP/1.1 400")
    many = await answered(web, BEGINS, *[b"X: a\r\n" * 1_000] * 8)
    assert many == b"" or many.startswith(b"HTTP/1.1 400")


async def test_each_request_of_a_connection_has_a_head_of_its_own(forum: Forum, web: Web) -> None:
    half = b"X: " + b"a" * (MOST_BYTES // 2) + b"\r\n\r\n"

    answers = await answered(web, BEGINS + half, BEGINS + half, BEGINS + half, BEGINS[:-2] + ENDS)

    assert answers.count(b"\r\n\r\nup\n") == 4
