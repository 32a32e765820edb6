"""The database: one engine, transactions that always return their connection, typed rows.

Piccolo's queries and SQL take the same way: on the open transaction's connection, else on one from the pool.

Piccolo's own `DB.transaction()` leaks its pool connection when COMMIT fails and ignores nesting, so `atomic()` is the
only way to open a transaction here.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

import asyncpg
import msgspec
import structlog
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.engine.postgres import PostgresEngine
from piccolo.query.methods.select import Select
from piccolo.querystring import QueryString

from parley.core.db.pool import ConnectionPool, is_gone
from parley.core.db.role import take_on

log = structlog.get_logger(__name__)

ACQUIRE_SECONDS = 2.0
# PostgreSQL gives a statement up at its statement_timeout. One that hangs is given up so much later, here.
HANGS_SECONDS = 0.5
SERVER_SETTINGS = {
    "application_name": "parley",
    "statement_timeout": "3000",
    "lock_timeout": "2000",
    "idle_in_transaction_session_timeout": "10000",
    "timezone": "UTC",
    # Our statements are short: compiling them to machine code costs more than running them.
    "jit": "off",
}

# For Piccolo's builder: the time of the database, of which there is one. Processes on several machines have several.
NOW = QueryString("now()")
TimestamptzNow.python = lambda _: NOW  # type: ignore[method-assign]

Row = TypeVar("Row", bound=msgspec.Struct)
Hook = Callable[[], Awaitable[None]]

# Asked first for rows outside transactions (core/db/replica.py); where it answers None, the primary is asked.
reader: Callable[[str, tuple[Any, ...]], Awaitable[list[Any] | None]] | None = None


class Engine(PostgresEngine):
    """Piccolo's engine on our pool and our transactions."""

    connections: ConnectionPool | None = None

    async def check_version(self) -> None:
        """Do not connect on import; `parley doctor` checks the version."""

    async def prep_database(self) -> None:
        """Do nothing: migrations create extensions."""

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> list[Any]:  # noqa: ARG002
        """Run a query of Piccolo's builder as `fetch` runs SQL. Only a SELECT may go to the replica."""
        sql, args = querystring.compile_string()
        if sql.startswith("SELECT"):
            return await _run(sql, tuple(args))
        records: list[Any] = await _ask("fetch", sql, tuple(args))
        return records

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[Any]:  # noqa: ARG002
        """Run a statement that changes the schema."""
        records: list[Any] = await _ask("fetch", ddl, ())
        return records


DB = Engine(config={})


class Transaction(msgspec.Struct):
    """The open transaction of the running task. Piccolo finds its connection here too."""

    connections: ConnectionPool
    connection: Any
    owner: asyncio.Task[Any] | None
    hooks: list[Hook]
    # A test's transaction is never committed: there what is outside every `atomic()` counts as committed.
    is_test: bool = False
    savepoints: int = 0

    @property
    def counts_as_none(self) -> bool:
        return self.is_test and not self.savepoints

    async def ask(self, method: str, sql: str, args: tuple[Any, ...] = ()) -> Any:
        return await self.connections.answer(self.connection, method, sql, args)


async def open_pool(url: str, *, size: int = 10, as_owner: bool = False, **server_settings: str) -> None:
    """Open the process's pool of connections to the database at `url`, under the application's role (core/db/role.py).

    `as_owner` keeps all rights of the login: migrations need them.
    """
    DB.config = {"dsn": url}
    asked = SERVER_SETTINGS | server_settings
    longest = int(asked["statement_timeout"]) / 1_000
    DB.pool = await asyncpg.create_pool(
        dsn=url,
        min_size=1,
        max_size=size,
        server_settings=asked,
        timeout=5,
        command_timeout=longest + HANGS_SECONDS if longest else None,
        init=None if as_owner else take_on,
        reset=nothing_to_reset,
    )
    DB.connections = ConnectionPool(DB.pool)


async def nothing_to_reset(_: Any) -> None:
    """No statement of ours leaves anything in a session, so giving a connection back need not ask the server."""


async def close_pool() -> None:
    if DB.connections is not None:
        connections, DB.connections, DB.pool = DB.connections, None, None
        try:
            await asyncio.wait_for(connections.close(), timeout=5)
        except TimeoutError:
            connections.pool.terminate()


@asynccontextmanager
async def atomic() -> AsyncIterator[None]:
    """Open a transaction, or a savepoint when one is already open.

    Raises Unavailable when no connection can be had in time (ACQUIRE_SECONDS, line.LONGER).
    """
    outer = _current()
    if outer is None:
        async with _transaction():
            yield
    else:
        async with _savepoint(outer):
            yield


def after_commit(hook: Hook) -> None:
    """Run `hook` once the open transaction is committed; its failure is only logged."""
    transaction = _current()
    if transaction is None:
        raise RuntimeError("after_commit() needs an open transaction")
    transaction.hooks.append(hook)


async def when_committed(hook: Hook) -> None:
    """Run `hook` once what was written is committed: at once where no transaction is open.

    For there every statement was committed by itself. The hook's failure is only logged.
    """
    transaction = _current()
    if transaction is None or transaction.counts_as_none:
        await _run_hooks([hook])
    else:
        transaction.hooks.append(hook)


def in_transaction() -> bool:
    return _current() is not None


async def fetch(kind: type[Row], query: str | Select[Any], *args: Any) -> list[Row]:
    """Run `query` and return its rows as structs of `kind`, whose fields name the columns.

    `query` is SQL (with $1, $2 …), or a select of Piccolo's builder; one without columns reads those of `kind`.
    Raises TypeError when the columns are not the fields of `kind`.
    """
    if isinstance(query, str):
        return _structs(kind, await _run(query, args))
    if not query.columns_delegate.selected_columns:
        query = query.columns(*kind.__struct_fields__)
    return [kind(**row) for row in await query]


def _structs(kind: type[Row], records: list[Any]) -> list[Row]:
    if records and tuple(records[0].keys()) != kind.__struct_fields__:
        raise TypeError(f"{kind.__name__} has {kind.__struct_fields__}, the query {tuple(records[0].keys())}")
    return [kind(*record) for record in records]


async def fetch_one(kind: type[Row], query: str | Select[Any], *args: Any) -> Row | None:
    """As `fetch`, for at most one row."""
    rows = await fetch(kind, query, *args)
    return rows[0] if rows else None


async def value(sql: str, *args: Any) -> Any:
    """Run `sql` and return the first column of its first row, or None."""
    records = await _run(sql, args)
    return records[0][0] if records else None


async def values(sql: str, *args: Any) -> list[Any]:
    """Run `sql` and return the first column of every row."""
    return [record[0] for record in await _run(sql, args)]


async def execute(sql: str, *args: Any) -> int:
    """Run a statement that returns nothing and say how many rows it changed."""
    status: str = await _ask("execute", sql, args)
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


async def _run(sql: str, args: tuple[Any, ...]) -> list[Any]:
    if reader is not None and _current() is None and (found := await reader(sql, args)) is not None:
        return found
    records: list[Any] = await _ask("fetch", sql, args)
    return records


async def _ask(method: str, sql: str, args: tuple[Any, ...]) -> Any:
    """Call `method` of the open transaction's connection, or of one from the pool."""
    transaction = _current()
    if transaction is not None:
        return await transaction.ask(method, sql, args)
    connections = _connections()
    connection = await connections.acquire(ACQUIRE_SECONDS)
    try:
        answer = await connections.answer(connection, method, sql, args)
    except BaseException:
        await connections.release(connection, is_well=False)
        raise
    await connections.release(connection, is_well=True)
    return answer


def _connections() -> ConnectionPool:
    if DB.connections is None:
        raise RuntimeError("the pool is not open")
    return DB.connections


def _current() -> Transaction | None:
    transaction = cast("Transaction | None", DB.current_transaction.get())
    if transaction is not None and transaction.owner not in (None, asyncio.current_task()):
        # A task started inside a transaction inherits it and would share its connection (T3).
        raise RuntimeError("a transaction belongs to the task that opened it: no create_task or gather inside")
    return transaction


@asynccontextmanager
async def _transaction() -> AsyncIterator[None]:
    connections = _connections()
    connection = await connections.acquire(ACQUIRE_SECONDS)
    transaction = Transaction(connections, connection, asyncio.current_task(), [])
    # Piccolo only ever asks it for its connection.
    token = DB.current_transaction.set(cast("Any", transaction))
    try:
        await transaction.ask("execute", "BEGIN")
        yield
        await transaction.ask("execute", "COMMIT")
    except BaseException:
        await _roll_back(connection)
        await connections.release(connection, is_well=False)
        raise
    finally:
        DB.current_transaction.reset(token)
    await connections.release(connection, is_well=True)
    await _run_hooks(transaction.hooks)


async def _roll_back(connection: Any) -> None:
    """Roll back; a connection that cannot even do that is thrown away, not put back into the pool."""
    if is_gone(connection):
        return
    try:
        await asyncio.shield(asyncio.wait_for(connection.execute("ROLLBACK"), timeout=ACQUIRE_SECONDS))
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 the first error is the one to report
        log.warning("rollback failed", error=repr(error))
        connection.terminate()


@asynccontextmanager
async def _savepoint(transaction: Transaction) -> AsyncIterator[None]:
    mark = len(transaction.hooks)
    await transaction.ask("execute", "SAVEPOINT here")
    transaction.savepoints += 1
    try:
        yield
    except BaseException:
        transaction.savepoints -= 1
        del transaction.hooks[mark:]
        if not is_gone(transaction.connection):
            await transaction.ask("execute", "ROLLBACK TO SAVEPOINT here; RELEASE SAVEPOINT here")
        raise
    transaction.savepoints -= 1
    await transaction.ask("execute", "RELEASE SAVEPOINT here")
    if transaction.counts_as_none:
        hooks, transaction.hooks = transaction.hooks, []
        await _run_hooks(hooks)


async def _run_hooks(hooks: list[Hook]) -> None:
    for hook in hooks:
        try:
            await hook()
        except Exception:
            log.exception("after-commit hook failed")


def expire_connections() -> None:
    """Have every pooled connection replaced before its next use: after a fail-over they lead to the wrong server."""
    if DB.connections is not None:
        DB.connections.expire_soon()
