"""A tiny web server on loopback, the real pages in `../shared/data`, and three pages of our own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from articles.importing.site_of_tests import Site

SHARED = Path(__file__).parents[3].parent / "shared" / "data"


@pytest.fixture(autouse=True)
def db() -> None:
    """Nothing here touches the database."""


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        with suppress(asyncio.CancelledError):
            await site.answer(reader, writer)
        writer.close()
        running.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()
    for task in list(running):
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a figure that people want to see though the test passed."""

    def say(figure: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {figure}")

    return say


@pytest.fixture
def pages() -> Path:
    """Pages of our own, small, that hold what the rules are about."""
    return Path(__file__).with_name("pages")


@pytest.fixture
def real() -> Callable[[str], Path]:
    """A set of the real material, or a skip where this checkout stands alone."""

    def folder(name: str) -> Path:
        if not (SHARED / name).is_dir():
            pytest.skip(f"the real material is not here: no ../shared/data/{name} beside the project")
        return SHARED / name

    return folder
