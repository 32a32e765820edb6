"""Piccolo's engine on our connection pool and our transactions."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context, copy_context
from functools import partial
from typing import Any, cast

import asyncpg
import msgspec
from piccolo import table
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.engine.postgres import PostgresEngine
from piccolo.querystring import QueryString

from parley.platform.db.pool import ConnectionPool
from parley.platform.db.role import assume_role

ACQUIRE_SECONDS = 2.0
CONNECT_SECONDS, CONNECT_PAUSE_SECONDS, CONNECT_ATTEMPTS = 5, 1, 6
# PostgreSQL cancels a statement after its statement_timeout. If no answer comes by then, we wait this much longer.
HANG_SECONDS = 0.5
SERVER_SETTINGS = {
    "application_name": "parley",
    "statement_timeout": "3000",
    "lock_timeout": "2000",
    "idle_in_transaction_session_timeout": "10000",
    "timezone": "UTC",
    # Our statements are short: compiling them to machine code costs more than running them.
    "jit": "off",
}

# The current time of the database, for the query builder. The clocks of our processes may differ.
NOW = QueryString("now()")
TimestamptzNow.python = lambda _: NOW  # type: ignore[method-assign]

Hook = Callable[[], Awaitable[None]]
Reader = Callable[[str, tuple[Any, ...]], Awaitable[list[Any] | None]]


class Transaction(msgspec.Struct):
    """The open transaction of the running task. Piccolo, too, only needs its `connection`."""

    connections: ConnectionPool
    connection: Any
    owner: asyncio.Task[Any] | None
    hooks: list[Hook]
    # A test runs in a transaction that is never committed. There, what is outside every `atomic()` counts as committed.
    is_test: bool = False
    savepoints: int = 0

    @property
    def counts_as_none(self) -> bool:
        return self.is_test and not self.savepoints

    async def run(self, method: str, sql: str, args: tuple[Any, ...] = ()) -> Any:
        return await self.connections.run(self.connection, method, sql, args)


class Engine(PostgresEngine):
    """Runs SQL and Piccolo's queries alike: in the open transaction, or on a connection from the pool."""

    connections: ConnectionPool | None = None
    # Tried first for rows outside transactions (platform/db/replica.py). When it returns None, the primary is queried.
    reader: Reader | None = None

    async def check_version(self) -> None:
        """Do not connect on import. `parley doctor` checks the version."""

    async def prep_database(self) -> None:
        """Do nothing: migrations create extensions."""

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> list[Any]:  # noqa: ARG002
        """Run a query of Piccolo's builder. Only a SELECT may go to the replica."""
        sql, args = querystring.compile_string()
        if sql.startswith("SELECT"):
            return await self.read(sql, tuple(args))
        records: list[Any] = await self.run("fetch", sql, tuple(args))
        return records

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[Any]:  # noqa: ARG002
        """Run a statement of Piccolo's that changes the schema."""
        records: list[Any] = await self.run("fetch", ddl)
        return records

    async def read(self, sql: str, args: tuple[Any, ...]) -> list[Any]:
        """Return the records of `sql`, from the replica if this request may use it."""
        if self.reader is not None and self.open_transaction() is None:
            rows = await self.reader(sql, args)
            if rows is not None:
                return rows
        records: list[Any] = await self.run("fetch", sql, args)
        return records

    async def run(self, method: str, sql: str, args: tuple[Any, ...] = ()) -> Any:
        """Call `method` of the open transaction's connection, or of one from the pool."""
        transaction = self.open_transaction()
        if transaction is not None:
            return await transaction.run(method, sql, args)
        connections = self.open_connections()
        connection = await connections.acquire(ACQUIRE_SECONDS)
        try:
            result = await connections.run(connection, method, sql, args)
        except BaseException:
            await connections.release(connection, reusable=False)
            raise
        await connections.release(connection, reusable=True)
        return result

    def open_connections(self) -> ConnectionPool:
        if self.connections is None:
            raise RuntimeError("the pool is not open")
        return self.connections

    def open_transaction(self) -> Transaction | None:
        """Return the transaction of the running task. Raises RuntimeError in a task that inherited one."""
        transaction = cast("Transaction | None", self.current_transaction.get())
        if transaction is not None and transaction.owner not in (None, asyncio.current_task()):
            # A task started inside a transaction inherits it and would share its connection.
            raise RuntimeError("a transaction belongs to the task that opened it: no create_task or gather inside")
        return transaction


DB = Engine(config={})


def without_transaction() -> Context:
    """Return the present context for a new task that does something of its own, outside the transaction of this one."""
    context = copy_context()
    transaction = cast("Transaction | None", DB.current_transaction.get())
    if transaction is not None and transaction.owner is not None:
        context.run(DB.current_transaction.set, None)
    return context


# At the first query Piccolo would look for its configuration, and import its command line with black: 0.2 s.
table.engine_finder = lambda module_name=None: DB  # type: ignore[attr-defined]  # noqa: ARG005 its signature


async def open_pool(url: str, *, size: int = 10, as_owner: bool = False, **server_settings: str) -> None:
    """Open the process's pool of connections to the database at `url`, under the application's role (db/role.py).

    `as_owner` keeps all rights of the login, which migrations need. CONNECT_ATTEMPTS are made while the server is
    starting, or so busy that it does not answer within CONNECT_SECONDS.
    """
    DB.config = {"dsn": url}
    settings = SERVER_SETTINGS | server_settings
    statement_seconds = int(settings["statement_timeout"]) / 1_000
    create_pool = partial(
        asyncpg.create_pool,
        dsn=url,
        min_size=1,
        max_size=size,
        server_settings=settings,
        timeout=CONNECT_SECONDS,
        command_timeout=statement_seconds + HANG_SECONDS if statement_seconds else None,
        # Otherwise each statement would be prepared and planned again every five minutes: half the cost of a page on a
        # quiet site.
        max_cached_statement_lifetime=0,
        init=None if as_owner else assume_role,
        reset=skip_reset,
    )
    DB.connections = ConnectionPool(await _connect_pool(create_pool))


async def _connect_pool(create_pool: Callable[[], Awaitable[asyncpg.Pool]]) -> asyncpg.Pool:
    for _ in range(CONNECT_ATTEMPTS - 1):
        with suppress(TimeoutError, asyncpg.CannotConnectNowError):
            return await create_pool()
        await asyncio.sleep(CONNECT_PAUSE_SECONDS)
    return await create_pool()


async def skip_reset(_: Any) -> None:
    """Do nothing: no statement of ours changes its session, so returning a connection needs no round trip."""


async def close_pool() -> None:
    if DB.connections is not None:
        connections, DB.connections = DB.connections, None
        try:
            await asyncio.wait_for(connections.close(), timeout=5)
        except TimeoutError:
            connections.pool.terminate()


def expire_connections() -> None:
    """Replace every pooled connection before its next use: after a fail-over they lead to the wrong server."""
    if DB.connections is not None:
        DB.connections.expire_soon()
