"""Statements that follow each other on one connection: each stands by itself, and the pool gets it back."""

import asyncio

import pytest
from litestar import Litestar

from parley.core import db

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

WHO = "select pg_backend_pid()"


def idle() -> int:
    assert db.DB.pool is not None
    return db.DB.pool.get_idle_size()


async def test_statements_inside_share_a_connection_and_are_committed_one_by_one(app: Litestar) -> None:
    async with db.one_connection():
        assert await db.value(WHO) == await db.value(WHO)
        assert await db.value("select txid_current()") < await db.value("select txid_current()")
        assert not db.in_transaction()


async def test_the_pool_gets_the_connection_back_after_a_failure(app: Litestar) -> None:
    await db.value(WHO)
    before = idle()

    for _ in range(20):
        with pytest.raises(ZeroDivisionError):
            async with db.one_connection():
                assert idle() == before - 1
                raise ZeroDivisionError

    assert idle() == before


async def test_a_task_that_is_started_inside_has_a_connection_of_its_own(app: Litestar) -> None:
    async with db.one_connection():
        mine, its = await db.value(WHO), await asyncio.create_task(db.value(WHO))

    assert mine != its


async def test_a_transaction_inside_is_one(app: Litestar) -> None:
    async with db.one_connection(), db.atomic():
        assert await db.value("select txid_current()") == await db.value("select txid_current()")
