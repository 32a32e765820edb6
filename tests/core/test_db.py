"""Transactions give their connection back whatever happens (trust.md T1-T3), and sessions have limits (T21)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from make import as_owner
from parley.core import db
from parley.core.db import DB, SERVER_SETTINGS, after_commit, atomic, engine, execute, pool, value, when_committed
from parley.core.db import waiters as db_waiters
from parley.core.db.waiters import Urgency
from parley.core.errors import Unavailable
from parley.core.http import failures

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

TIMES = 20
SCRAP = "create table scrap (id int primary key, after int references scrap deferrable initially deferred)"
# How a connection says that it is gone depends on how far the news has come.
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
    """All connections that there are; none is lost."""
    in_use = [await connections().acquire(1) for _ in range(connections().pool.get_max_size())]
    try:
        yield in_use
    finally:
        for connection in in_use:
            await connections().keep(connection)


@asynccontextmanager
async def pool_of_its_own(**server_settings: str) -> AsyncIterator[None]:
    """The process's pool with some other settings, opened as any."""
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


async def test_an_inner_failure_that_is_caught_takes_only_the_inner_writes_back() -> None:
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
    heard: list[tuple[str, int]] = []

    def hook(name: str) -> None:
        async def run() -> None:
            heard.append((name, len(await written())))

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
        assert heard == []
    with pytest.raises(ZeroDivisionError):
        async with atomic():
            hook("rolled back")
            _ = 1 / 0

    assert heard == [("outer", 1), ("inner", 1)]


async def test_a_hook_that_fails_does_not_undo_or_hide_the_others() -> None:
    heard = []

    async def fail() -> None:
        raise ZeroDivisionError

    async def hear() -> None:
        heard.append(1)

    async with atomic():
        after_commit(fail)
        after_commit(hear)
        await execute("insert into scrap values (1)")

    assert (heard, await written()) == ([1], [1])


async def test_a_connection_that_cannot_be_taken_back_neither_undoes_nor_hides_what_was_committed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = connections().keep
    heard = []

    async def fail(connection: Any) -> None:
        await release(connection)
        raise OSError("no goodbye")

    async def hear() -> None:
        heard.append(1)

    monkeypatch.setattr(connections(), "keep", fail)
    async with atomic():
        after_commit(hear)
        await execute("insert into scrap values (1)")

    assert (heard, await written()) == ([1], [1])


async def test_what_a_statement_alone_wrote_is_committed_at_once() -> None:
    heard: list[tuple[str, int]] = []

    async def hear(name: str) -> None:
        heard.append((name, len(await written())))

    async def fail() -> None:
        raise ZeroDivisionError

    await execute("insert into scrap values (1)")
    await when_committed(lambda: hear("alone"))
    await when_committed(fail)
    assert heard == [("alone", 1)]

    async with atomic():
        await execute("insert into scrap values (2)")
        await when_committed(lambda: hear("together"))
        assert heard == [("alone", 1)]
    with pytest.raises(ZeroDivisionError):
        async with atomic():
            await when_committed(lambda: hear("rolled back"))
            await fail()

    assert heard == [("alone", 1), ("together", 2)]


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


async def test_who_waits_for_a_lock_is_refused_in_time() -> None:
    await execute("insert into scrap values (1)")
    holder = await asyncpg.connect(DB.config["dsn"])
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("select 1 from scrap for update")

    async with pool_of_its_own(lock_timeout="50"):
        with pytest.raises(asyncpg.LockNotAvailableError):
            await execute("update scrap set after = 1")

    await transaction.rollback()
    await holder.close()


async def test_a_statement_ends_after_its_time() -> None:
    async with atomic():
        with pytest.raises(asyncpg.QueryCanceledError):
            async with atomic():
                # Of this savepoint alone: the next statement may take as long as a busy machine needs.
                await execute("set local statement_timeout = 50")
                await value("select pg_sleep(30)")
        assert await value("select 1") == 1


async def test_a_statement_that_hangs_is_said_as_that_however_deep_it_is() -> None:
    async with pool_of_its_own(statement_timeout="100"):
        with pytest.raises(Unavailable):
            async with atomic(), atomic():
                await execute("set local statement_timeout = 0")
                await value("select pg_sleep(30)")

        connections()._paused_until = 0.0
        assert await value("select 1") == 1


async def test_an_exhausted_pool_is_said_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ACQUIRE_SECONDS", 0.1)
    async with whole_pool():
        with pytest.raises(Unavailable):
            await value("select 1")

    assert await value("select 1") == 1


async def test_who_waits_gets_the_connection_that_comes_back_first() -> None:
    async with whole_pool() as in_use:
        waiter = asyncio.create_task(value("select 1"))
        await asyncio.sleep(0.05)
        await connections().keep(in_use.pop())
        assert await waiter == 1


async def test_the_most_urgent_has_the_next_turn_and_those_alike_go_in_order() -> None:
    done: list[str] = []

    async def ask(who: str, urgency: Urgency) -> None:
        db_waiters.set_urgency(urgency)
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


async def test_a_form_and_a_moderator_still_wait_when_a_reader_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ACQUIRE_SECONDS", 0.5)

    async def ask(urgency: Urgency) -> int:
        db_waiters.set_urgency(urgency)
        return int(await value("select 1"))

    async with whole_pool() as in_use:
        moderator, form = (asyncio.create_task(ask(urgency)) for urgency in (Urgency.STAFF, Urgency.FORMS))
        for urgency in (Urgency.MEMBERS, Urgency.VISITORS):
            with pytest.raises(Unavailable, match="Parley is busy"):
                await asyncio.create_task(ask(urgency))
        assert connections().waiting == 2
        await connections().keep(in_use.pop())
        assert await asyncio.gather(moderator, form) == [1, 1]


async def test_who_went_gives_up_the_turn_that_came_in_that_moment() -> None:
    async with whole_pool() as in_use:
        for give in (connections().keep, connections().give_back):
            gone, waits = (asyncio.create_task(value("select 1")) for _ in range(2))
            while connections().waiting < 2:
                await asyncio.sleep(0)
            # Its turn comes, and before it can take it, it is gone.
            await give(in_use.pop())
            gone.cancel()
            assert await waits == 1
            with pytest.raises(asyncio.CancelledError):
                await gone
            in_use.append(await connections().acquire(1))
    assert connections().waiting == 0


async def test_who_waits_no_longer_is_told_that_too_much_is_asked_and_leaves_no_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "ACQUIRE_SECONDS", 0.1)
    async with whole_pool():
        with pytest.raises(Unavailable, match="Parley is busy"):
            await value("select 1")
        assert connections().waiting == 0


async def test_a_connection_that_could_not_be_made_is_no_turn_lost(monkeypatch: pytest.MonkeyPatch) -> None:
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


async def test_one_that_worked_well_is_lent_again_and_one_that_failed_is_not_kept() -> None:
    first = await value("select pg_backend_pid()")
    assert await value("select pg_backend_pid()") == first

    await kill_backend()
    assert await value("select pg_backend_pid()") != first


async def test_after_a_fail_over_no_connection_is_used_again() -> None:
    former = await value("select pg_backend_pid()")
    in_use = await connections().acquire(1)
    await connections().expire()
    await connections().keep(in_use)

    async with whole_pool() as fresh:
        assert former not in [await one.fetchval("select pg_backend_pid()") for one in fresh]


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
async def test_only_an_error_that_may_be_of_all_connections_has_all_replaced(
    error: type[Exception], stays: bool
) -> None:
    former = await value("select pg_backend_pid()")
    failures.expire_after(error("as it is said"))
    # Expiring is a task of its own.
    await asyncio.sleep(0)

    assert (await value("select pg_backend_pid()") == former) is stays


async def test_a_connection_that_nobody_used_for_long_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    former = await value("select pg_backend_pid()")
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0.0)

    assert await value("select pg_backend_pid()") != former


async def test_a_pool_that_closes_waits_for_the_work_under_way_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
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
    """A connection that was replaced while it waited for its answer."""

    async def fetch(self, _: str) -> None:
        raise TimeoutError

    def terminate(self) -> None:
        pass


async def test_what_still_hangs_on_a_replaced_connection_refuses_nobody_else(app: object) -> None:
    before = connections()._paused_until
    with pytest.raises(Unavailable):
        await connections().run(Hanging(), "fetch", "select 1")
    assert connections()._paused_until == before
