"""A database of any size, the same every time: a thread of 1,000 comments to look at, and others beside it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random

import asyncpg
import msgspec

from bench.data import MEMBERS, add_members, add_thread, find_words
from bench.harness import create_database
from parley.platform import db
from parley.platform.db import close_pool, open_pool

LOOKED_AT = 1_000
# Few, so that in the known thread alone each has the record of somebody established. The other members vote.
AUTHORS = 40
# So many are cast for each comment; some come to where the same member voted before, so that about ten stand.
VOTES = 14
# What is looked up or built for each row that comes in: taken away before, and made again at the end.
REFERENCES = """
select conname, conrelid::regclass::text as relation, pg_get_constraintdef(oid) as definition from pg_constraint
where contype = 'f' and conrelid in ('comment'::regclass, 'vote'::regclass)
"""
INDEXES = """
select indexname, indexdef from pg_indexes i
where tablename in ('comment', 'vote') and not exists (
    select from pg_constraint c join pg_class k on k.oid = c.conindid where k.relname = i.indexname)
"""


class FilledDatabase(msgspec.Struct):
    """A filled database: where it is, its threads by size, and the members' cookies."""

    url: str
    threads: dict[int, list[int]]
    # The id of each thread's first comment; the others follow it.
    firsts: dict[int, int]
    cookies: list[str]
    comments: int
    votes: int

    def thread(self, size: int) -> int:
        return self.threads[size][0]


async def build(server: str, name: str, sizes: Sequence[int], progress: Callable[[str], None]) -> FilledDatabase:
    """Make the database `name` on the server with a thread of each of `sizes`; a known thread comes first.

    About ten votes stand on each comment. It comes in by COPY, its indexes afterwards.
    """
    url = await create_database(server, name)
    await open_pool(url, size=4, as_owner=True, statement_timeout="0")
    try:
        async with db.DB.open_connections().pool.acquire() as connection, _bare(connection, progress):
            return await _fill(connection, FilledDatabase(url, {}, {}, [], 0, 0), sizes, progress)
    finally:
        await close_pool()


@asynccontextmanager
async def _bare(connection: asyncpg.Connection, progress: Callable[[str], None]) -> AsyncIterator[None]:
    """Take indexes and references away from what is filled in, and make them again at the end."""
    indexes, references = await connection.fetch(INDEXES), await connection.fetch(REFERENCES)
    for one in references:
        await connection.execute(f"alter table {one['relation']} drop constraint {one['conname']}")
    for index in indexes:
        await connection.execute(f"drop index {index['indexname']}")
    await connection.execute("set maintenance_work_mem = '1GB'")
    yield
    for index in indexes:
        progress(f"making the index {index['indexname']}")
        await connection.execute(index["indexdef"])
    progress("checking the references")
    for one in references:
        await connection.execute(f"alter table {one['relation']} add constraint {one['conname']} {one['definition']}")
    await connection.execute("vacuum analyze")
    await connection.execute("reset maintenance_work_mem")


async def _fill(
    connection: asyncpg.Connection, database: FilledDatabase, sizes: Sequence[int], progress: Callable[[str], None]
) -> FilledDatabase:
    random = Random(11)
    database.cookies = await add_members(connection, "reader", MEMBERS, datetime(2026, 1, 1, tzinfo=UTC))
    words = await find_words(random)
    for size in (LOOKED_AT, *sizes):
        progress(f"filling in {database.comments:,} of {LOOKED_AT + sum(sizes):,} comments, about ten votes on each")
        first = database.comments + 1
        thread = await add_thread(connection, random, words, size, max(1, size * VOTES // MEMBERS), first, AUTHORS)
        database.threads.setdefault(size, []).append(thread)
        database.firsts[thread] = first
        database.comments += size
    await connection.execute("select setval('comment_id_seq', $1)", database.comments + 1_000_000)
    database.votes = await connection.fetchval("select count(*) from vote")
    return database
