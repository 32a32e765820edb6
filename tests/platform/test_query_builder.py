"""Piccolo's query builder goes the way of our SQL: on the open transaction, or through the pool and its metrics."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from piccolo.columns import BigSerial, Integer
from piccolo.table import Table
from prometheus_client import REGISTRY

from parley.people.mail.tables import MailDomain
from parley.platform import db
from parley.platform.db import DB, NOW, atomic, engine, fetch, fetch_one, pool, slow_queries
from parley.platform.db.pool import Urgency
from parley.platform.db.schema import GeneratedDouble
from parley.platform.db.tables import JobFailure
from parley.platform.errors import Unavailable
from tests.make import as_owner

pytestmark = [pytest.mark.anyio, pytest.mark.committed]


class Domain(msgspec.Struct, frozen=True):
    domain: str
    tokens: float


class Area(Table):
    """A table of the tests with a column that PostgreSQL computes."""

    id = BigSerial(primary_key=True)
    side = Integer(null=False, default=None)
    size = GeneratedDouble("side * side")


@pytest.fixture(autouse=True)
def _(app: Litestar) -> None:
    """The application's pool is open."""


@pytest.fixture
async def full_pool() -> AsyncIterator[list[Any]]:
    """Every connection of the pool, taken."""
    assert DB.connections is not None
    taken = [await DB.connections.acquire(1) for _ in range(DB.connections.pool.get_max_size())]
    yield taken
    for connection in taken:
        await DB.connections.keep(connection)


async def insert(domain: str) -> None:
    await MailDomain.insert(MailDomain(domain=domain, tokens=1.0))


async def domains() -> list[str]:
    return [row["domain"] for row in await MailDomain.select(MailDomain.domain).order_by(MailDomain.domain)]


def queries_measured() -> float:
    return REGISTRY.get_sample_value("parley_query_seconds_count") or 0.0


async def test_a_query_in_a_transaction_is_rolled_back_with_it() -> None:
    with pytest.raises(ZeroDivisionError):
        async with atomic():
            await insert("example.org")
            assert await domains() == ["example.org"]
            raise ZeroDivisionError

    assert await domains() == []


async def test_a_query_in_a_savepoint_is_rolled_back_with_it_alone() -> None:
    async with atomic():
        await insert("example.org")
        with pytest.raises(ZeroDivisionError):
            async with atomic():
                await insert("example.net")
                raise ZeroDivisionError

    assert await domains() == ["example.org"]


async def test_a_query_and_sql_use_the_same_connection_of_a_transaction() -> None:
    async with atomic():
        await insert("example.org")
        assert await db.values("select domain from mail_domain") == ["example.org"]
        await MailDomain.raw("select 1")
        assert await db.value("select count(*) from pg_stat_activity where pid = pg_backend_pid()") == 1


async def test_a_query_outside_a_transaction_is_committed_at_once() -> None:
    await insert("example.org")

    assert await domains() == ["example.org"]


async def test_value_and_values_take_a_query_of_the_builder() -> None:
    for domain in ("example.org", "example.net"):
        await insert(domain)
    by_name = MailDomain.select(MailDomain.domain).order_by(MailDomain.domain)

    assert await db.values(by_name) == ["example.net", "example.org"]
    assert await db.value(by_name) == "example.net"
    assert await db.value(by_name.where(MailDomain.domain == "example.com")) is None


async def test_more_queries_at_once_than_connections_are_all_answered() -> None:
    assert DB.connections is not None
    await asyncio.gather(*(insert(f"{number}.example.org") for number in range(40)))

    assert len(await domains()) == 40
    assert (DB.connections.in_use, DB.connections.waiting) == (0, 0)


async def test_a_task_started_in_a_transaction_cannot_use_it() -> None:
    async with atomic():
        with pytest.raises(RuntimeError, match="belongs to the task"):
            await asyncio.create_task(insert("example.org"))
        await insert("example.net")

    assert await domains() == ["example.net"]


async def test_a_query_waits_for_a_connection_by_its_priority(full_pool: list[Any]) -> None:
    assert DB.connections is not None
    done: list[Urgency] = []

    async def ask(urgency: Urgency) -> None:
        pool.set_urgency(urgency)
        await MailDomain.count()
        done.append(urgency)

    tasks = [asyncio.create_task(ask(urgency)) for urgency in (Urgency.VISITORS, Urgency.MEMBERS, Urgency.STAFF)]
    while DB.connections.waiting < len(tasks):
        await asyncio.sleep(0)
    await DB.connections.keep(full_pool.pop())
    await asyncio.gather(*tasks)

    assert done == [Urgency.STAFF, Urgency.MEMBERS, Urgency.VISITORS]


async def test_a_query_is_refused_when_no_connection_is_free(
    full_pool: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ACQUIRE_SECONDS", 0.1)

    with pytest.raises(Unavailable, match="The site is busy"):
        await MailDomain.count()


async def test_a_query_is_measured_and_logged_when_it_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []
    original = slow_queries.record

    def record(sql: str, seconds: float) -> None:
        statements.append(sql)
        original(sql, seconds)

    monkeypatch.setattr(slow_queries, "record", record)
    before = queries_measured()
    await MailDomain.select(MailDomain.tokens).where(MailDomain.domain == "secret.example.org")

    assert queries_measured() == before + 1
    assert len(statements) == 1
    assert "secret" not in statements[0]


async def test_only_a_select_outside_a_transaction_is_offered_to_the_replica(monkeypatch: pytest.MonkeyPatch) -> None:
    offered: list[str] = []

    async def read(sql: str, args: tuple[Any, ...]) -> list[Any]:
        offered.append(f"{sql} {args}")
        return [{"domain": "from the replica"}]

    monkeypatch.setattr(DB, "reader", read)
    await insert("example.org")
    await (
        MailDomain.update({MailDomain.tokens: 2.0})
        .where(MailDomain.domain == "example.org")
        .returning(MailDomain.domain)
    )
    async with atomic():
        assert await domains() == ["example.org"]
    assert offered == []

    assert await domains() == ["from the replica"]
    assert len(offered) == 1


async def test_rows_come_as_structs_whose_fields_name_the_columns() -> None:
    await insert("example.org")

    assert await fetch(Domain, MailDomain.select()) == [Domain("example.org", 1.0)]
    assert await fetch_one(Domain, MailDomain.select().where(MailDomain.domain == "example.org")) == Domain(
        "example.org", 1.0
    )
    assert await fetch_one(Domain, MailDomain.select().where(MailDomain.domain == "example.net")) is None
    with pytest.raises(TypeError):
        await fetch(Domain, MailDomain.select(MailDomain.domain))


async def test_a_row_without_a_time_gets_the_time_of_the_database() -> None:
    async with atomic():
        await JobFailure.insert(JobFailure(job="a job", item="an item"))
        failed_at = await db.value("select failed_at from job_failure")
        assert failed_at == await db.value("select now()")


async def test_the_time_of_the_database_can_be_written_and_compared() -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    await JobFailure.insert(JobFailure(job="a job", item="an item", failed_at=soon, retry_at=soon))

    assert not await JobFailure.exists().where(JobFailure.retry_at <= NOW)
    await JobFailure.update({JobFailure.retry_at: NOW}).where(JobFailure.retry_at > NOW)
    assert await JobFailure.exists().where(JobFailure.retry_at <= NOW)


async def test_a_computed_column_is_left_to_postgresql() -> None:
    async with as_owner():
        await Area.create_table()
        await Area.insert(Area(side=3))
        assert await Area.select(Area.size).first() == {"size": 9.0}
        await Area.alter().drop_table()
