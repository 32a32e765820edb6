"""Transactions always return their connection, sessions have limits, and requests wait by priority."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from parley.platform import db
from parley.platform.db import (
    DB,
    SERVER_SETTINGS,
    after_commit,
    atomic,
    engine,
    execute,
    pool,
    value,
    when_committed,
)
from parley.platform.db.pool import Urgency
from parley.platform.errors import Unavailable
from parley.platform.http import failures
from parley.platform.observability import metrics
from tests import make
from tests.conftest import SECONDS
from tests.make import as_owner

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

TIMES = 20
SCRAP = "create table scrap (id int primary key, after int references scrap deferrable initially deferred)"
# The error of a lost connection depends on when it is noticed.
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


@pytest.fixture(autouse=True)
async def notes(app: Litestar) -> AsyncIterator[None]:
    """A table of the tests, with a foreign key that is checked only at COMMIT."""
    async with as_owner():
        await execute(SCRAP)
    yield
    async with as_owner():
        await execute("drop table scrap")


def connections() -> pool.ConnectionPool:
    assert DB.connections is not None
    return DB.connections


@asynccontextmanager
async def whole_pool() -> AsyncIterator[list[Any]]:
    """Acquire every connection of the pool, which shows that none is lost."""
    in_use = [await connections().acquire(SECONDS) for _ in range(connections().pool.get_max_size())]
    try:
        yield in_use
    finally:
        for connection in in_use:
            await connections().keep(connection)


@asynccontextmanager
async def pool_of_its_own(**server_settings: str) -> AsyncIterator[None]:
    """Replace the process's pool by one with other settings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DB, "connections", None)
        await db.open_pool(DB.config["dsn"], size=1, **server_settings)
        try:
            yield
        finally:
            await db.close_pool()


async def written() -> list[int]:
    return await db.values("select id from scrap order by id")


async def break_at_commit() -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with atomic():
            await execute("insert into scrap values (1, 99)")


async def cancel() -> None:
    started = asyncio.Event()

    async def sleep_inside() -> None:
        async with atomic():
            await execute("insert into scrap values (1)")
            started.set()
            await value("select pg_sleep(4)")

    task = asyncio.create_task(sleep_inside())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def kill_backend() -> None:
    with pytest.raises(LOST):
        async with atomic():
            await execute("insert into scrap values (1)")
            mine = await value("select pg_backend_pid()")
            killer = await asyncpg.connect(DB.config["dsn"])
            await killer.execute("select pg_terminate_backend($1)", mine)
            await killer.close()
            await execute("insert into scrap values (2)")


async def raise_inside() -> None:
    with pytest.raises(ZeroDivisionError):
        async with atomic():
            await execute("insert into scrap values (1)")
            _ = 1 / 0


@pytest.mark.parametrize("fail", [break_at_commit, cancel, kill_backend, raise_inside])
async def test_a_transaction_that_fails_gives_its_connection_back(fail: Callable[[], Awaitable[None]]) -> None:
    for _ in range(TIMES):
        await fail()
        assert not db.in_transaction()
        assert await written() == []

    async with whole_pool():
        pass


async def test_a_caught_failure_of_a_savepoint_rolls_back_only_its_writes() -> None:
    async with atomic():
        await execute("insert into scrap values (1)")
        with pytest.raises(ZeroDivisionError):
            async with atomic():
                await execute("insert into scrap values (2)")
                _ = 1 / 0
        async with atomic():
            await execute("insert into scrap values (3)")

    assert await written() == [1, 3]


async def test_a_failed_statement_in_a_savepoint_leaves_the_transaction_usable() -> None:
    async with atomic():
        await execute("insert into scrap values (1)")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with atomic():
                await execute("insert into scrap values (1)")
        await execute("insert into scrap values (2)")

    assert await written() == [1, 2]


async def test_a_task_started_inside_a_transaction_may_not_use_it() -> None:
    async with atomic():
        with pytest.raises(RuntimeError, match="belongs to the task"):
            await asyncio.create_task(value("select 1"))
        with pytest.raises(RuntimeError, match="belongs to the task"):
            await asyncio.gather(value("select 1"), value("select 2"))
        await execute("insert into scrap values (1)")

    assert await written() == [1]


async def test_hooks_run_once_after_the_commit_and_never_after_a_rollback() -> None:
    calls: list[tuple[str, int]] = []

    def hook(name: str) -> None:
        async def run() -> None:
            calls.append((name, len(await written())))

        after_commit(run)

    async with atomic():
        hook("outer")
        async with atomic():
            hook("inner")
            await execute("insert into scrap values (1)")
        with pytest.raises(ZeroDivisionError):
            async with atomic():
                hook("taken back")
                _ = 1 / 0
        assert calls == []
    with pytest.raises(ZeroDivisionError):
        async with atomic():
            hook("rolled back")
            _ = 1 / 0

    assert calls == [("outer", 1), ("inner", 1)]


async def test_a_hook_that_fails_does_not_undo_or_hide_the_others() -> None:
    calls = []

    async def fail() -> None:
        raise ZeroDivisionError

    async def record() -> None:
        calls.append(1)

    async with atomic():
        after_commit(fail)
        after_commit(record)
        await execute("insert into scrap values (1)")

    assert (calls, await written()) == ([1], [1])


async def test_a_connection_that_cannot_be_released_does_not_undo_the_commit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = connections().keep
    calls = []

    async def fail(connection: Any) -> None:
        await release(connection)
        raise OSError("no goodbye")

    async def record() -> None:
        calls.append(1)

    monkeypatch.setattr(connections(), "keep", fail)
    async with atomic():
        after_commit(record)
        await execute("insert into scrap values (1)")

    assert (calls, await written()) == ([1], [1])


async def test_a_hook_outside_a_transaction_runs_at_once() -> None:
    calls: list[tuple[str, int]] = []

    async def record(name: str) -> None:
        calls.append((name, len(await written())))

    async def fail() -> None:
        raise ZeroDivisionError

    await execute("insert into scrap values (1)")
    await when_committed(lambda: record("alone"))
    await when_committed(fail)
    assert calls == [("alone", 1)]

    async with atomic():
        await execute("insert into scrap values (2)")
        await when_committed(lambda: record("together"))
        assert calls == [("alone", 1)]
    with pytest.raises(ZeroDivisionError):
        async with atomic():
            await when_committed(lambda: record("rolled back"))
            await fail()

    assert calls == [("alone", 1), ("together", 2)]


@pytest.mark.parametrize(
    ("setting", "limit"),
    [
        ("statement_timeout", 5_000),
        ("lock_timeout", 2_000),
        ("idle_in_transaction_session_timeout", 10_000),
    ],
)
async def test_database_sessions_have_limits(setting: str, limit: int) -> None:
    assert 0 < int(SERVER_SETTINGS[setting]) <= limit

    async with pool_of_its_own(**{setting: "1234"}):
        assert await value("select setting from pg_settings where name = $1", setting) == "1234"


async def test_waiting_for_a_lock_ends_after_the_time_limit() -> None:
    await execute("insert into scrap values (1)")
    holder = await asyncpg.connect(DB.config["dsn"])
    try:
        async with holder.transaction():
            await holder.execute("select 1 from scrap for update")
            async with pool_of_its_own(lock_timeout="50"):
                with pytest.raises(asyncpg.LockNotAvailableError):
                    await execute("update scrap set after = 1")
    finally:
        await holder.close()


async def test_a_statement_ends_after_the_time_limit() -> None:
    async with atomic():
        with pytest.raises(asyncpg.QueryCanceledError):
            async with atomic():
                # Of this savepoint alone: the next statement may take as long as a busy machine needs.
                await execute("set local statement_timeout = 50")
                await value("select pg_sleep(30)")
        assert await value("select 1") == 1


async def test_a_statement_that_hangs_in_a_savepoint_is_reported_as_unavailable() -> None:
    # Its other statements, too, have no more time than this. On a busy machine the next turn may be 0.1 s away.
    async with pool_of_its_own(statement_timeout="1000"):
        with pytest.raises(Unavailable):
            async with atomic(), atomic():
                await execute("set local statement_timeout = 0")
                await value("select pg_sleep(30)")

        connections()._paused_until = 0.0
        assert await value("select 1") == 1


async def test_an_exhausted_pool_is_reported_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ACQUIRE_SECONDS", 0.1)
    async with whole_pool():
        with pytest.raises(Unavailable):
            await value("select 1")

    assert await value("select 1") == 1


async def test_a_waiter_gets_the_connection_that_is_released_first() -> None:
    async with whole_pool() as in_use:
        waiter = asyncio.create_task(value("select 1"))
        await asyncio.sleep(0.05)
        await connections().keep(in_use.pop())
        assert await waiter == 1


async def test_the_most_urgent_waiter_is_first_and_equal_ones_keep_their_order() -> None:
    done: list[str] = []

    async def ask(who: str, urgency: Urgency) -> None:
        pool.set_urgency(urgency)
        done.append(f"{who} {await value('select 1')}")

    async with whole_pool() as in_use:
        tasks = [
            asyncio.create_task(ask(who, urgency))
            for who, urgency in [
                ("visitor", Urgency.VISITORS),
                ("first member", Urgency.MEMBERS),
                ("second member", Urgency.MEMBERS),
                ("form", Urgency.FORMS),
                ("moderator", Urgency.STAFF),
            ]
        ]
        while connections().waiting < len(tasks):
            await asyncio.sleep(0)
        await connections().keep(in_use.pop())
        await asyncio.gather(*tasks)

    assert done == ["moderator 1", "form 1", "first member 1", "second member 1", "visitor 1"]


async def test_forms_and_moderators_wait_longer_than_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ACQUIRE_SECONDS", 0.5)

    async def ask(urgency: Urgency) -> int:
        pool.set_urgency(urgency)
        return int(await value("select 1"))

    async with whole_pool() as in_use:
        moderator, form = (asyncio.create_task(ask(urgency)) for urgency in (Urgency.STAFF, Urgency.FORMS))
        for urgency in (Urgency.MEMBERS, Urgency.VISITORS):
            with pytest.raises(Unavailable, match="The site is busy"):
                await asyncio.create_task(ask(urgency))
        assert connections().waiting == 2
        await connections().keep(in_use.pop())
        assert await asyncio.gather(moderator, form) == [1, 1]


async def test_a_connection_given_to_a_cancelled_waiter_is_passed_on() -> None:
    async with whole_pool() as in_use:
        for give in (connections().keep, connections().give_back):
            gone, waits = (asyncio.create_task(value("select 1")) for _ in range(2))
            while connections().waiting < 2:
                await asyncio.sleep(0)
            # The waiter is given the connection, and cancelled before it runs.
            await give(in_use.pop())
            gone.cancel()
            assert await waits == 1
            with pytest.raises(asyncio.CancelledError):
                await gone
            in_use.append(await connections().acquire(SECONDS))
    assert connections().waiting == 0


async def test_a_waiter_that_times_out_is_told_that_parley_is_busy_and_leaves_the_queue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "ACQUIRE_SECONDS", 0.1)
    async with whole_pool():
        with pytest.raises(Unavailable, match="The site is busy"):
            await value("select 1")
        assert connections().waiting == 0


async def test_a_connection_that_cannot_be_opened_is_not_lost_to_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: Any, **__: Any) -> Any:
        raise OSError("no route")

    async with whole_pool() as in_use:
        waiters = [asyncio.create_task(value("select 1")) for _ in range(2)]
        while connections().waiting < 2:
            await asyncio.sleep(0)
        with monkeypatch.context() as patch:
            patch.setattr(asyncpg.Pool, "acquire", fail)
            await connections().give_back(in_use.pop())
            assert [type(one) for one in await asyncio.gather(*waiters, return_exceptions=True)] == [Unavailable] * 2

    async with whole_pool() as in_use:
        assert len(in_use) == connections().pool.get_max_size()


async def test_a_connection_is_reused_after_success_and_not_after_a_failure() -> None:
    first = await value("select pg_backend_pid()")
    assert await value("select pg_backend_pid()") == first

    await kill_backend()
    assert await value("select pg_backend_pid()") != first


async def test_after_a_fail_over_no_connection_is_used_again() -> None:
    former = await value("select pg_backend_pid()")
    in_use = await connections().acquire(SECONDS)
    await connections().expire()
    await connections().keep(in_use)

    async with whole_pool() as fresh:
        assert former not in [await one.fetchval("select pg_backend_pid()") for one in fresh]


@pytest.mark.parametrize("idle_seconds", [60.0, 0.0])
async def test_connections_that_the_server_closed_are_replaced_with_the_others(
    monkeypatch: pytest.MonkeyPatch, idle_seconds: float
) -> None:
    async with whole_pool() as in_use:
        pids = [await one.fetchval("select pg_backend_pid()") for one in in_use]
    killer = await asyncpg.connect(DB.config["dsn"])
    try:
        await killer.execute("select pg_terminate_backend(pid) from unnest($1::int[]) pid", pids[-2:])
    finally:
        await killer.close()
    while not all(pool.is_gone(one) for one in in_use[-2:]):
        await asyncio.sleep(0.01)

    monkeypatch.setattr(pool, "IDLE_SECONDS", idle_seconds)
    assert await value("select 1") == 1
    await connections().expire()

    async with whole_pool() as fresh:
        assert len(fresh) == connections().pool.get_max_size()


@pytest.mark.parametrize(
    ("error", "stays"),
    [
        (asyncpg.LockNotAvailableError, True),
        (asyncpg.QueryCanceledError, True),
        (asyncpg.DeadlockDetectedError, True),
        (asyncpg.DiskFullError, True),
        (asyncpg.TooManyConnectionsError, True),
        (Unavailable, True),
        (asyncpg.ReadOnlySQLTransactionError, False),
        (asyncpg.AdminShutdownError, False),
        (asyncpg.ConnectionDoesNotExistError, False),
        (ConnectionResetError, False),
    ],
)
async def test_only_errors_that_may_concern_all_connections_replace_them_all(
    error: type[Exception], stays: bool
) -> None:
    former = await value("select pg_backend_pid()")
    failures.expire_after(error("as it is said"))
    # Expiring runs in a task.
    await asyncio.sleep(0)

    assert (await value("select pg_backend_pid()") == former) is stays


async def test_a_connection_that_was_idle_for_long_is_not_reused(monkeypatch: pytest.MonkeyPatch) -> None:
    former = await value("select pg_backend_pid()")
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0.0)

    assert await value("select pg_backend_pid()") != former


async def test_closing_the_pool_waits_for_running_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = []

    async def close() -> None:
        await in_order()
        ended.append("in order")

    async with pool_of_its_own():
        in_order = connections().close
        monkeypatch.setattr(connections(), "close", close)
        async with atomic():
            closing = asyncio.create_task(db.close_pool())
            await asyncio.sleep(0)
            await execute("insert into scrap values (1)")
        await closing

    assert ended == ["in order"]
    assert await written() == [1]


async def test_a_hook_needs_an_open_transaction() -> None:
    with pytest.raises(RuntimeError):
        after_commit(lambda: asyncio.sleep(0))


class Hanging:
    """A connection that was replaced while a statement was running."""

    async def fetch(self, _: str) -> None:
        raise TimeoutError

    def terminate(self) -> None:
        pass


async def test_a_time_out_on_a_replaced_connection_does_not_pause_the_pool(app: object) -> None:
    before = connections()._paused_until
    with pytest.raises(Unavailable):
        await connections().run(Hanging(), "fetch", "select 1")
    assert connections()._paused_until == before


async def test_a_process_that_starts_waits_for_a_server_that_is_starting_too(monkeypatch: pytest.MonkeyPatch) -> None:
    create_pool = asyncpg.create_pool
    failures = [TimeoutError(), asyncpg.CannotConnectNowError("the database system is starting up")]

    async def fails_twice(**options: Any) -> Any:
        if failures:
            raise failures.pop()
        return await create_pool(**options)

    monkeypatch.setattr(asyncpg, "create_pool", fails_twice)
    monkeypatch.setattr(engine, "CONNECT_PAUSE_SECONDS", 0)
    async with pool_of_its_own():
        assert await value("select 1") == 1
    assert not failures


async def test_a_process_does_not_wait_for_a_server_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = []

    async def fails(**_: Any) -> Any:
        attempts.append(1)
        raise TimeoutError

    monkeypatch.setattr(asyncpg, "create_pool", fails)
    monkeypatch.setattr(engine, "CONNECT_PAUSE_SECONDS", 0)
    with pytest.raises(TimeoutError):
        await db.open_pool(DB.config["dsn"])
    assert len(attempts) == engine.CONNECT_ATTEMPTS


async def test_a_deadlock_is_counted(app: Litestar) -> None:
    first, second = (await make.member()).id, (await make.member()).id
    both, counted = asyncio.Barrier(2), metrics.DEADLOCKS._value.get()

    async def lock(one: int, other: int) -> None:
        async with db.atomic():
            await db.execute(LOCK, one)
            await both.wait()
            await db.execute(LOCK, other)

    results = await asyncio.gather(
        *(asyncio.create_task(lock(*pair), context=Context()) for pair in ((first, second), (second, first))),
        return_exceptions=True,
    )

    assert [type(result) for result in results if result] == [asyncpg.DeadlockDetectedError]
    assert metrics.DEADLOCKS._value.get() == counted + 1


LOCK = "select from member where id = $1 for no key update"
