"""Real servers for all tests: an embedded PostgreSQL and Valkey of their own, or those the environment names."""

import asyncio
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import hypothesis
import pytest
import structlog
from argon2 import PasswordHasher
from litestar import Litestar
from redis.asyncio.connection import parse_url

from parley.extraction.sandbox import images
from parley.extraction.sandbox import reading as sandbox
from parley.interfaces.search import queries as searches
from parley.moderation.automod import checks, trust
from parley.moderation.matching import current, score
from parley.moderation.matching.trust import LEVELS
from parley.people.accounts import viewer_cache
from parley.people.sign_in import passwords
from parley.platform import cache, token_buckets
from parley.platform.db import DB, Transaction, engine, execute
from parley.platform.db.migrate import migrate
from parley.platform.events import redis
from parley.platform.local_servers import servers as local_servers
from parley.platform.observability import load_shedding
from parley.platform.settings import settings
from parley.site import app as program
from parley.site.app import create_app
from parley.site.piccolo_app import TABLES
from tests.make import as_owner, browser
from tests.outside import nothing_outside
from tests.schedule import Schedule, folder_of, place

__all__ = ["ROOT", "SHARED", "browser", "nothing_outside"]

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"

# Which of pytest-xdist's processes this is; each has servers, or databases, of its own.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
# On a busy machine, servers and readers of articles may need longer than the product allows them. Tests of these limits
# set times of their own: platform/test_{db,ratelimit,load_shedding}.py, extraction/test_sandbox.py.
SECONDS, HOUR = 60, 3_600.0
PATIENT = dict.fromkeys(("statement_timeout", "lock_timeout"), str(SECONDS * 1_000))
# A test is one transaction, and may do much else in the middle of it.
PATIENT["idle_in_transaction_session_timeout"] = "0"
# Every run tries the same examples, however long they take: a change is refused for what it does, not for bad luck.
# `make sure` tries more of them (--hypothesis-profile=deep).
for profile, examples in (("quick", 20), ("deep", 400)):
    hypothesis.settings.register_profile(
        profile,
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
hypothesis.settings.load_profile("quick")


def _drop_event(*_: object) -> structlog.typing.EventDict:
    raise structlog.DropEvent


os.environ.setdefault("PARLEY_SECRET", "a secret of the tests, long enough to be one")
os.environ.setdefault("PARLEY_BASE_URL", "http://localhost")
os.environ.setdefault("PARLEY_LOG", "error")
# A line for each request takes a twentieth of the time. Tests of what is logged capture it.
logging.getLogger("httpx").setLevel(logging.WARNING)
structlog.configure(processors=[_drop_event])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Schedule:
    return Schedule(config, log)


# Folders whose tests kill and freeze processes, which takes long: `make faults` and `make sure` run them.
SLOW_FOLDERS = {"faults", "hosts"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if folder_of(item.nodeid) in SLOW_FOLDERS:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: place(item.nodeid))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """Raise the time limits of the product to what a busy machine may need."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "SERVER_SETTINGS", engine.SERVER_SETTINGS | PATIENT)
        patch.setattr(engine, "ACQUIRE_SECONDS", SECONDS)
        patch.setattr(redis, "TIMEOUT_SECONDS", SECONDS)
        # What a search sets for its transaction counts until the test's ends: each statement would be planned anew.
        patch.setattr(searches, "STATEMENT_MILLISECONDS", SECONDS * 1_000)
        patch.setattr(searches, "WAIT_SECONDS", SECONDS)
        patch.setattr(searches, "CHANGE_SETTINGS", "select set_config('statement_timeout', $1, true)")
        # The event loop does not run between two tests, which would count as lag.
        patch.setattr(load_shedding, "WEIGHT", 0.0)
        # What the app asks the database once a minute by itself would be counted with what a test asks.
        patch.setattr(program, "TOPICS_SECONDS", HOUR)
        for reading in (sandbox, images):
            patch.setattr(reading, "_SECONDS", SECONDS)
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Hashes of passwords cost next to nothing, where they are not what is tested."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))
        yield


@pytest.fixture(autouse=True)
def articles_read_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Articles are read without the process that takes a second to start, except where that is what is tested."""
    if request.node.get_closest_marker("sandboxed"):
        return

    async def answer(asked: bytes, **_kind: bool) -> bytes:
        return await asyncio.to_thread(sandbox.answer, asked)

    monkeypatch.setattr(sandbox, "answer_of_process", answer)


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[None]:
    """PostgreSQL and Valkey: our own for this run, or a new database on the server that DATABASE_URL names."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-test-")))
        if "DATABASE_URL" in os.environ:
            os.environ["DATABASE_URL"] = stack.enter_context(database_on(os.environ["DATABASE_URL"]))
            os.environ["REDIS_URL"] = redis_of_worker(os.environ["REDIS_URL"])
        else:
            both = stack.enter_context(local_servers(folder / "data", fast=True))
            os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = both.database_url, both.redis_url
        os.environ["PARLEY_DATA"] = str(folder / "files")
        yield


@contextmanager
def database_on(url: str) -> Iterator[str]:
    """A database of this run on somebody's server: what they have in theirs stays."""
    name = f"parley_test_{os.getpid()}"
    asyncio.run(on_server(url, f"create database {name}"))
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        asyncio.run(on_server(url, f"drop database {name} with (force)"))


async def on_server(url: str, sql: str) -> None:
    """Run statements as the login of `url`."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def redis_of_worker(url: str) -> str:
    """A database of this worker alone, since every test empties it: the one that `url` names, or one after it."""
    number = parse_url(url).get("db", 0) + WORKER
    named = urlsplit(url)
    return urlunsplit(named._replace(query=f"db={number}&{named.query}"))


@pytest.fixture(scope="session")
def database(servers: None) -> str:
    """The address of a migrated database, as empty as tests that commit leave it: without the rules that ship, too."""
    url = os.environ["DATABASE_URL"]
    asyncio.run(migrate(url))
    asyncio.run(on_server(url, EMPTY))
    return url


@pytest.fixture(scope="session")
async def app(database: str, anyio_backend: str) -> AsyncIterator[Litestar]:
    application = create_app(settings())
    async with application.lifespan():
        yield application


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as one:
        yield one


@pytest.fixture(autouse=True)
async def db(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[None]:
    """Everything a test writes is rolled back when it ends; one marked `committed` leaves empty tables."""
    if "app" not in request.fixturenames:
        yield
        return
    await forget()
    if request.node.get_closest_marker("committed"):
        yield
        await empty()
        return
    assert DB.connections is not None
    connection = await DB.connections.acquire(seconds=30)
    # What is done at the commit must not wait for one.
    await connection.execute("BEGIN; SET CONSTRAINTS ALL IMMEDIATE")
    token = DB.current_transaction.set(Transaction(DB.connections, connection, None, [], is_test=True))
    try:
        yield
    finally:
        DB.current_transaction.reset(token)
        await connection.execute("ROLLBACK")
        await DB.connections.keep(connection)


@asynccontextmanager
async def committed() -> AsyncIterator[None]:
    """For a fixture that commits what all tests of a file begin with: at the end of the block all tables are empty."""
    await forget()
    yield
    await empty()


async def forget() -> None:
    """Forget what was kept of other tests, in this process and in Redis, and that Redis failed in one of them."""
    forget_caches()
    redis._paused_until = token_buckets._paused_until = 0.0
    token_buckets.leases.clear()
    await redis.redis().flushdb()


async def empty() -> None:
    """Empty all tables, of what was committed."""
    async with as_owner():
        await execute(EMPTY)


# Rows of the first migration that tests need.
INITIAL = {"community", "guideline", "guideline_wording", "topic"}
EMPTIED = [table._meta.tablename for table in TABLES if table._meta.tablename not in INITIAL]
# Rows are deleted in the order of references: truncating that many tables takes ten times as long.
EMPTY = f"""
alter table mod_action disable trigger mod_action_stays;
{"".join(f"delete from {table};" for table in reversed(EMPTIED))}
alter table mod_action enable trigger mod_action_stays;
select setval(objid, 1, false) from pg_depend
where refobjid = any('{{{",".join(EMPTIED)}}}'::regclass[]) and deptype = 'a' and classid = 'pg_class'::regclass
  and objid in (select seqrelid from pg_sequence);
"""


def forget_caches() -> None:
    """Empty what the process keeps for a moment, so that tests do not see each other's."""
    for each in list(cache._micro_caches):
        each.clear()
    viewer_cache.clear()
    current.forget()
    score.use(None)
    checks.forget()


@pytest.fixture
def no_hourly_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let new members post as often as those with a record."""
    monkeypatch.setattr(trust, "level", lambda _author: LEVELS[-1])


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that are run, as they come."""
    asked: list[str] = []
    read = DB.read

    async def counting(sql: str, args: Any) -> list[Any]:
        asked.append(sql)
        return await read(sql, args)

    monkeypatch.setattr(DB, "read", counting)
    return asked
