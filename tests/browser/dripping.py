"""A line so slow that a visitor sees a page between any two of its elements: a proxy to a site."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.browser.site import PATIENCE

# Longer than Chromium takes from one frame to the next.
PAUSE_SECONDS = 0.025


@asynccontextmanager
async def dripping(address: str, size: int) -> AsyncIterator[str]:
    """The address of the proxy. `size` bytes of each page's body come element by element, all else at once."""
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE) as client:
        serving: list[asyncio.Task[None]] = []

        def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            serving.append(asyncio.create_task(serve(reader, writer)))

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
                if "/live" not in path:
                    await drip(await client.get(path), writer, size)
            finally:
                writer.close()

        async with await asyncio.start_server(begin, "127.0.0.1") as server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        # What the browser still asks for when the test has seen enough.
        for one in serving:
            one.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


async def drip(answer: httpx.Response, writer: asyncio.StreamWriter, size: int) -> None:
    kind = answer.headers.get("content-type", "")
    writer.write(f"HTTP/1.1 {answer.status_code} -\r\nContent-Type: {kind}\r\n".encode())
    writer.write(f"Content-Length: {len(answer.content)}\r\nConnection: close\r\n\r\n".encode())
    for piece in pieces(answer.content, size):
        writer.write(piece)
        await asyncio.sleep(PAUSE_SECONDS)


def pieces(page: bytes, size: int) -> list[bytes]:
    """What fits into a connection's first packets, the head and the masthead; then up to the end of each element."""
    head, masthead_end, body = page.partition(b"</header>")
    first, *parts = body[:size].split(b"</")
    return [head + masthead_end + first, *(b"</" + part for part in parts), body[size:]]
