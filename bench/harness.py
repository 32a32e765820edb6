"""What the parts measure: servers of our own that really write to disk, a community, and web processes."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import psutil

from bench import app, data
from bench.data import Community
from parley.platform.db import close_pool, open_pool
from parley.platform.db.migrate import migrate
from parley.platform.events.redis import close_redis, open_redis
from parley.platform.events.scheduler import DEFERRED_SECONDS
from parley.platform.http.environment import compile_all
from parley.platform.local_servers import servers
from parley.platform.local_servers.start import Servers
from parley.platform.text.languages import known

ROUNDS = 5
START_SECONDS = 120.0
# After thousands of posts that it did not see.
CATCH_UP_SECONDS = 600.0
# A worker rests that asked nothing for so long after it began with what can wait.
REST_SECONDS = 3.0
MB = 1_000_000
HAS_WORK = """
select exists (select from event where handled_at is null or indexed_at is null)
    or exists (select from pg_stat_activity where application_name = 'parley worker' and state = 'active')
"""


class Harness:
    """The servers' addresses, the community in them, and a folder for bytes that web processes send as they are."""

    def __init__(self, folder: Path, both: Servers) -> None:
        self.folder = folder
        self.servers = both
        self.database_url = both.database_url
        self.community = Community()
        # Shows what is being done.
        self.progress: Callable[[str], None] = lambda _: None

    async def fill(self) -> None:
        """Migrate and fill the database."""
        await migrate(self.database_url)
        await open_pool(self.database_url, size=4, as_owner=True, statement_timeout="0")
        open_redis(self.servers.redis_url)
        self.community = await data.fill()
        await close_redis()
        await close_pool()

    def keep(self, name: str, content: bytes) -> None:
        """Have `/bench/bytes/{name}` answer with `content`. A web process reads it once."""
        (self.folder / name).write_bytes(content)


@contextmanager
def open_harness() -> Iterator[Harness]:
    """Start both servers in a folder that is gone afterwards, with all templates compiled, as installed."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    asyncio.run(compile_all(known().values()))
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as name, servers(Path(name) / "data") as both:
        os.environ.update(both.settings)
        os.environ |= {
            "PARLEY_BASE_URL": "http://localhost",
            "PARLEY_LIMITS": "off",
            "PARLEY_LOG": "error",
            app.FOLDER: name,
        }
        yield Harness(Path(name), both)


async def create_database(server: str, name: str) -> str:
    """Make an empty, migrated database beside that of `server`; return its address."""
    connection = await asyncpg.connect(server)
    await connection.execute(f"create database {name}")
    await connection.close()
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    await migrate(url)
    return url


class Web:
    """A running web process."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30)

    async def raw(self, path: str, headers: dict[str, str]) -> bytes:
        """The body of an answer as it was sent, compressed or not."""
        headers = {"Accept-Encoding": "identity"} | headers
        async with self.http.stream("GET", path, headers=headers) as answer:
            answer.raise_for_status()
            return b"".join([part async for part in answer.aiter_raw()])

    async def etag(self, path: str) -> str:
        """The ETag of what the load gets, which asks for no encoding. Raises RuntimeError if it brings no 304."""
        headers = {"Accept-Encoding": "identity"}
        etag = (await self.http.get(path, headers=headers)).headers["ETag"]
        again = await self.http.get(path, headers=headers | {"If-None-Match": etag})
        if again.status_code != httpx.codes.NOT_MODIFIED:
            raise RuntimeError(f"{path} was answered with {again.status_code} instead of 304")
        return str(etag)

    async def cpu(self) -> float:
        """Milliseconds of processor used since it was started."""
        return await self.number("cpu")

    async def number(self, name: str) -> float:
        """What `/bench/{name}` says (bench/app.py)."""
        return float((await self.http.get(f"/bench/{name}")).text)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


@asynccontextmanager
async def web(*arguments: str, **settings: str) -> AsyncIterator[Web]:
    """Start a web process with `arguments` and `settings`, wait until it can serve, and stop it at the end.

    The bench is the proxy that it trusts.
    """
    port = free_port()
    running = Web(start("bench.app", "--port", str(port), "--proxy", "127.0.0.1", *arguments, **settings), port)
    try:
        await _ready(running)
        yield running
    finally:
        await running.http.aclose()
        running.process.terminate()
        running.process.wait(timeout=20)


@asynccontextmanager
async def worker(database_url: str) -> AsyncIterator[None]:
    """Start a worker, wait until it has nothing to do, and stop it at the end."""
    process = start("parley", "worker")
    try:
        await asyncio.sleep(DEFERRED_SECONDS)
        async with asyncio.timeout(CATCH_UP_SECONDS):
            await _rests(database_url)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


async def _rests(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        worked = time.monotonic()
        while time.monotonic() < worked + REST_SECONDS:
            if await connection.fetchval(HAS_WORK):
                worked = time.monotonic()
            await asyncio.sleep(0.2)
    finally:
        await connection.close()


def start(module: str, *arguments: str, **settings: str) -> subprocess.Popen[bytes]:
    """Start a Python module as a process of its own."""
    return subprocess.Popen([sys.executable, "-m", module, *arguments], env=os.environ | settings)


async def _ready(running: Web) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and running.process.poll() is None:
        try:
            if (await running.http.get("/readyz")).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            await asyncio.sleep(0.02)
    raise RuntimeError("the web process did not become ready")


def resident(pid: int) -> float:
    """Memory of a process in MB."""
    rss: int = psutil.Process(pid).memory_info().rss
    return rss / MB
