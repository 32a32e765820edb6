"""Transactions and savepoints that always return their connection, and hooks that run after the commit.

Piccolo's own `DB.transaction()` leaks its connection when COMMIT fails and ignores nesting, so `atomic()` is the only
way to open a transaction.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import structlog

from parley.platform.db import engine
from parley.platform.db.engine import DB, Hook, Transaction
from parley.platform.db.pool import is_gone

log = structlog.get_logger(__name__)


@asynccontextmanager
async def atomic() -> AsyncIterator[None]:
    """Open a transaction, or a savepoint when one is already open.

    Raises Unavailable when no connection becomes free in time (ACQUIRE_SECONDS; waiters.PATIENCE).
    """
    outer = DB.open_transaction()
    if outer is None:
        async with _transaction():
            yield
    else:
        async with _savepoint(outer):
            yield


def in_transaction() -> bool:
    return DB.open_transaction() is not None


def after_commit(hook: Hook) -> None:
    """Run `hook` after the open transaction is committed. If it fails, that is only logged."""
    transaction = DB.open_transaction()
    if transaction is None:
        raise RuntimeError("after_commit() needs an open transaction")
    transaction.hooks.append(hook)


async def when_committed(hook: Hook) -> None:
    """Run `hook` after the open transaction is committed, or now when none is open.

    Outside a transaction every statement is committed at once. If the hook fails, that is only logged.
    """
    transaction = DB.open_transaction()
    if transaction is None or transaction.counts_as_none:
        await _run_hooks([hook])
    else:
        transaction.hooks.append(hook)


@asynccontextmanager
async def _transaction() -> AsyncIterator[None]:
    connections = DB.open_connections()
    connection = await connections.acquire(engine.ACQUIRE_SECONDS)
    transaction = Transaction(connections, connection, asyncio.current_task(), [])
    token = DB.current_transaction.set(cast("Any", transaction))
    try:
        await transaction.run("execute", "BEGIN")
        yield
        await transaction.run("execute", "COMMIT")
    except BaseException:
        await _roll_back(connection)
        await connections.release(connection, reusable=False)
        raise
    finally:
        DB.current_transaction.reset(token)
    await connections.release(connection, reusable=True)
    await _run_hooks(transaction.hooks)


async def _roll_back(connection: Any) -> None:
    """Roll back. If that fails too, close the connection instead of returning it to the pool."""
    if is_gone(connection):
        return
    try:
        await asyncio.shield(asyncio.wait_for(connection.execute("ROLLBACK"), timeout=engine.ACQUIRE_SECONDS))
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 the first error is the one to report
        log.warning("rollback failed", error=repr(error))
        connection.terminate()


@asynccontextmanager
async def _savepoint(transaction: Transaction) -> AsyncIterator[None]:
    hooks_before = len(transaction.hooks)
    await transaction.run("execute", "SAVEPOINT here")
    transaction.savepoints += 1
    try:
        yield
    except BaseException:
        transaction.savepoints -= 1
        del transaction.hooks[hooks_before:]
        if not is_gone(transaction.connection):
            await transaction.run("execute", "ROLLBACK TO SAVEPOINT here; RELEASE SAVEPOINT here")
        raise
    transaction.savepoints -= 1
    await transaction.run("execute", "RELEASE SAVEPOINT here")
    if transaction.counts_as_none:
        hooks, transaction.hooks = transaction.hooks, []
        await _run_hooks(hooks)


async def _run_hooks(hooks: list[Hook]) -> None:
    for hook in hooks:
        try:
            await hook()
        except Exception:
            log.exception("after-commit hook failed")
