"""How long the migrations from the first schema keep others waiting, with a million rows in each of the largest tables.

`pytest -m slow -rP tests/platform/upgrade/test_lock_times.py` prints the longest wait for each table, and in which
migration it was.
"""

import asyncio
import os
import time

import asyncpg
import pytest

from tests import command
from tests.platform.upgrade.keep import DUMP
from tests.platform.upgrade.test_upgrade import restored

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ROWS = int(os.environ.get("LOCK_ROWS", "1000000"))
LEAST_MS, MOST_MS = 20.0, 200.0
# Applied before locks were checked, they never change: an index, and a column with a check (docs/upgrading.md).
LONGER = {("notification", "2026-12-01T23:52:08:000000"), ("comment", "2026-12-01T23:52:09:000000")}
# Each has a row or more for a comment; the others grow more slowly.
TABLES = ("comment", "vote", "event", "notification")
COLUMNS = """
select string_agg(quote_ident(column_name), ', ') from information_schema.columns
where table_name = $1 and column_name <> 'id' and is_generated = 'NEVER'
"""
# What is unique of a row stays so.
FAR = "{} + n * 1000000::bigint"
OTHERWISE = {
    "comment": {"submission": "null", "imported_id": "imported_id || n"},
    "vote": {"comment": FAR},
    "event": {"seq": FAR},
    "notification": dict.fromkeys(("event", "comment", "decision", "suggestion", "proposal"), FAR),
}
WAIT = "select max(name) from migration"
# Keys of copies lead nowhere, and only a superuser could copy past them.
KEYS = """
select conrelid::regclass::text as table, conname, pg_get_constraintdef(oid) as rule from pg_constraint
where contype = 'f' and conrelid = any($1::text[]::regclass[])
"""


async def fill_all(connection: asyncpg.Connection) -> dict[str, int]:
    """Fill all tables, and return how many rows they have."""
    keys = await connection.fetch(KEYS, list(TABLES))
    for table, name, _ in keys:
        await connection.execute(f"alter table {table} drop constraint {name}")
    for table in TABLES:
        await connection.execute(f"alter table {table} disable trigger user")
        await fill(connection, table)
        await connection.execute(f"alter table {table} enable trigger user")
    for table, name, rule in keys:
        await connection.execute(f"alter table {table} add constraint {name} {rule} not valid")
    await connection.execute("vacuum analyze")
    return {table: await connection.fetchval(f"select count(*) from {table}") for table in TABLES}


async def fill(connection: asyncpg.Connection, table: str) -> None:
    """Copy the rows of a table until there are ROWS."""
    columns: str = await connection.fetchval(COLUMNS, table)
    have: int = await connection.fetchval(f"select count(*) from {table}")
    copied = ", ".join(OTHERWISE[table].get(name, name).format(name) for name in columns.split(", "))
    sql = f"insert into {table} ({columns}) select {copied} from {table}, generate_series(1, $1) n limit $2"
    await connection.execute(sql + " on conflict do nothing", ROWS // have + 1, ROWS - have)


async def waits(url: str, table: str, ended: asyncio.Event) -> dict[str, float]:
    """Lock a table as each write does, again and again; return the longest wait in ms by the migration it was for."""
    connection = await asyncpg.connect(url)
    longest: dict[str, float] = {}
    try:
        while not ended.is_set():
            began = time.perf_counter()
            async with connection.transaction():
                await connection.execute(f"lock table {table} in row exclusive mode")
            waited = (time.perf_counter() - began) * 1_000
            if waited > LEAST_MS:
                migration = await connection.fetchval(WAIT)
                longest[migration] = max(waited, longest.get(migration, 0.0))
            await asyncio.sleep(0.005)
    finally:
        await connection.close()
    return longest


async def test_no_migration_keeps_writers_waiting_at_a_million_rows(database: str) -> None:
    async with restored(database, DUMP) as url:
        connection = await asyncpg.connect(url)
        sizes = await fill_all(connection)
        await connection.close()

        ended = asyncio.Event()
        probes = [asyncio.create_task(waits(url, table, ended)) for table in TABLES]
        env = os.environ | {"DATABASE_URL": url}
        done = await asyncio.to_thread(command.parley, "migrate", "--no-backup", env=env)
        ended.set()
        longest = dict(zip(TABLES, await asyncio.gather(*probes), strict=True))

    print(sizes, longest, sep="\n")  # noqa: T201 the figures for docs/upgrading.md
    assert done.returncode == 0, done.stderr
    assert min(sizes.values()) >= ROWS * 0.99
    found = {(table, name) for table, times in longest.items() for name, ms in times.items() if ms > MOST_MS}
    assert found <= LONGER
