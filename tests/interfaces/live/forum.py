"""A forum of real processes: its own servers, and web processes that tests start, freeze and kill."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest
from redis.asyncio import Redis

from parley.people.accounts import sessions
from parley.people.accounts.viewer import Viewer
from parley.platform.db import DB
from parley.platform.db.pool import ConnectionPool
from parley.platform.events import redis
from parley.platform.local_servers import Servers, servers
from parley.platform.local_servers.launch import signalled_at_our_death
from tests import command, loops
from tests.interfaces.live.reader import PLAIN, Reader
from tests.ports import free_port
from tests.programs import is_listening

# Seconds to wait for something that may take long on a busy machine.
PATIENCE = 200.0
# For starting a program and compiling templates while others do the same.
START_SECONDS = 300.0
HERE = Path(__file__).parent
# What a reader must have in the end, read from the database.
TRUTH = """
select id, state, body, base_ups + ups - base_downs - downs as score from comment where thread = $1 order by id
"""
GONE = {
    "deleted_by_author": "This comment was deleted by its author.",
    "removed": "This comment was removed by a moderator.",
}


# Options of a web process that refuses nothing when the machine is busy (tests/interfaces/live/serve.py).
PATIENT = ("patience=10", "readers=10")


class Web:
    """A web process. With `options`, tests/interfaces/live/serve.py starts it."""

    def __init__(self, settings: dict[str, str], *options: str, **more: str) -> None:
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"
        self.env = os.environ | settings | {"PARLEY_BASE_URL": self.address, "PARLEY_LOG": "warning"} | more
        program = [str(HERE / "serve.py"), *options] if options else ["-m", "parley", "web"]
        self.command = [sys.executable, *program, "--port", str(self.port)]
        self.log = Path(settings["PARLEY_DATA"]) / f"web-{self.port}.log"
        self.process = self.launch()

    def launch(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            command = [*signalled_at_our_death(signal.SIGKILL), *self.command]
            self.process = subprocess.Popen(command, env=self.env, stdout=log, stderr=log)
        return self.process

    def start(self) -> "Web":
        if self.process.poll() is not None:
            self.launch()
        wait_for(self.is_up, START_SECONDS)
        return self

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.said()
        if not is_listening(self.port):
            # Making a client takes time that the process under test needs.
            return False
        try:
            return httpx.get(f"{self.address}/healthz", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> float:
        """Ask it to end and return the seconds that took."""
        begun = time.monotonic()
        self.process.terminate()
        self.process.wait(PATIENCE)
        return time.monotonic() - begun

    def said(self) -> str:
        return self.log.read_text()

    def fds(self) -> int:
        """Open files without the connections to the servers, whose number grows with the work."""
        process = psutil.Process(self.process.pid)
        return process.num_fds() - len(process.net_connections("unix"))

    def connections(self) -> int:
        """How many browsers are connected."""
        found = psutil.Process(self.process.pid).net_connections("tcp")
        return len([one for one in found if one.status != psutil.CONN_LISTEN])

    def memory(self) -> int:
        return psutil.Process(self.process.pid).memory_info().rss


class Forum:
    """Servers, and the web processes on them."""

    def __init__(self, both: Servers) -> None:
        self.servers = both
        self.webs: list[Web] = []

    def web(self, *options: str, **more: str) -> Web:
        """Start a web process and return when it serves."""
        self.webs.append(Web(self.servers.settings, *options, **more))
        return self.webs[-1].start()

    def freeze(self, name: str) -> None:
        _signal_all(self._process(name), signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        _signal_all(self._process(name), signal.SIGCONT)

    def kill_redis(self) -> None:
        self.servers.valkey.process.kill()  # type: ignore[union-attr]
        self.servers.valkey.process.wait()  # type: ignore[union-attr]

    def crash_database(self) -> None:
        """End PostgreSQL as `pg_ctl stop -m immediate` does."""
        process = self.servers.postgres.process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait()

    def _process(self, name: str) -> psutil.Process:
        return psutil.Process(getattr(self.servers, name).pid)

    def stop(self) -> None:
        for name in ("postgres", "valkey"):
            if getattr(self.servers, name).alive:
                self.thaw(name)
        for one in self.webs:
            if one.process.poll() is None:
                one.process.kill()
                one.process.wait()


@contextmanager
def forum(folder: Path, *, fast: bool = True) -> Iterator[Forum]:
    """A migrated forum without a web process yet."""
    with servers(folder, fast=fast) as both:
        # In another process: it opens and closes the pool, of which a process has one.
        command.parley("migrate", env=os.environ | both.settings).check_returncode()
        one = Forum(both)
        try:
            yield one
        finally:
            one.stop()


async def truth(thread: int, url: str) -> dict[int, tuple[str, int | None]]:
    """What PostgreSQL has: the visible words of each comment, and the scores of visible comments."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(TRUTH, thread)
    finally:
        await connection.close()
    return {
        row["id"]: (row["body"], row["score"]) if row["state"] == "visible" else (GONE[row["state"]], None)
        for row in rows
    }


async def assert_all_have_the_truth(readers: list[Reader], thread: int, url: str) -> None:
    """Every reader has exactly what PostgreSQL has: nothing lost, nothing twice, nothing out of order."""
    wanted = await truth(thread, url)
    for one in readers:
        await one.until(lambda one: has(one, wanted))
        assert set(one.posted.values()) <= {1}, "a comment came twice"
        assert one.seqs == sorted(set(one.seqs)), "an event came twice or out of order"
        assert one.seqs[-1] - one.seqs[0] + 1 == len(one.seqs), "an event is missing"
        assert one.resyncs == 0


def has(reader: Reader, wanted: dict[int, tuple[str, int | None]]) -> bool:
    """Whether a reader has exactly these comments. A removed comment shows no score."""
    if set(reader.comments) != set(wanted):
        return False
    return all(
        reader.comments[number].body == body and score in (None, reader.comments[number].score)
        for number, (body, score) in wanted.items()
    )


def _signal_all(process: psutil.Process, number: signal.Signals) -> None:
    for one in [process, *process.children(recursive=True)]:
        one.send_signal(number)


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


async def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def writing(one: Forum) -> AsyncIterator[Forum]:
    """Let this process write into the forum, as one of its processes."""
    pool = await asyncpg.create_pool(one.servers.database_url, min_size=1, max_size=4)
    client = Redis.from_url(one.servers.redis_url)
    # Connect now: on a busy machine, connecting may take longer than a signal waits.
    await client.ping()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DB, "connections", ConnectionPool(pool))
        patch.setattr(redis, "_client", client)
        try:
            yield one
        finally:
            # The last signal is published up to 50 ms later, by the client that is about to close.
            await loops.flush()
            await client.aclose()
            pool.terminate()


async def cookie_of(who: Viewer) -> str:
    return await sessions.start(who.id, who.role, agent="a test", address="127.0.0.1")


def browser_of(cookie: str = "") -> httpx.AsyncClient:
    """A browser that sends this cookie."""
    cookies = {"parley": cookie} if cookie else {}
    headers = {"Sec-Fetch-Site": "same-origin"}
    return httpx.AsyncClient(cookies=cookies, headers=headers, timeout=PATIENCE, verify=PLAIN)
