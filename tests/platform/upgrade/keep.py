"""Write the dump of a version, which is kept: a community of 5,000 comments with a row in every table.

`.venv/bin/python -m tests.platform.upgrade.keep 1.1` writes `1.1.dump`, once, when that version is released. The first
is of 0.9, whose schema was frozen.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from random import Random

import asyncpg

from bench import data
from parley.platform import db
from parley.platform.db import DB, close_pool, open_pool
from parley.platform.db.migrate import migrate
from parley.platform.events.redis import close_redis, open_redis
from parley.platform.local_servers import servers
from parley.site import hooks
from parley.site.backup import tools
from tests import make
from tests.platform.upgrade.rows import fill_tables
from tests.site.retention.cases import CASES
from tests.standing.world import build

DUMP = Path(__file__).with_name("first.dump")
COMMENTS = 5_000


async def fill() -> None:
    """Fill the migrated, empty database of the open pool."""
    async with DB.open_connections().pool.acquire() as connection:
        await data.add_members(connection, "reader", data.MEMBERS, data.START)
        words = await data.find_words(Random(7))
        await data.add_thread(connection, Random(7), words, COMMENTS, 5, 1_000)
    async with make.as_owner():
        await db.execute("select setval('comment_id_seq', 100000)")
    await build()
    for case in CASES.values():
        # As in a test: what would be checked at the end is checked at once.
        async with db.atomic():
            await db.execute("set constraints all immediate")
            await case.row()


async def dump(url: str, file: Path, *options: str) -> None:
    """Write the database at `url` to `file`."""
    where, variables = tools.address(url)
    command = [tools.program("pg_dump", 18), "--format=custom", "--compress=gzip:9", "--no-owner", "--no-privileges"]
    done = await asyncio.create_subprocess_exec(*command, *options, f"--file={file}", where, env=variables)
    if await done.wait():
        raise SystemExit("pg_dump failed.")


async def tables_of(connection: asyncpg.Connection) -> list[str]:
    """Return the names of all tables but Piccolo's own."""
    rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    return sorted({row[0] for row in rows} - {"migration"})


async def main(url: str, redis_url: str, file: Path) -> None:
    await migrate(url)
    hooks.connect()
    await open_pool(url, size=4)
    open_redis(redis_url)
    try:
        await fill()
    finally:
        await close_redis()
        await close_pool()
    connection = await asyncpg.connect(url)
    try:
        tables = await tables_of(connection)
        empty = [name for name in tables if not await connection.fetchval(f"select exists (select from {name})")]
        await fill_tables(connection, empty)
    finally:
        await connection.close()
    await dump(url, file)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="parley-keep-") as name, servers(Path(name) / "data", fast=True) as both:
        os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = both.database_url, both.redis_url
        os.environ["PARLEY_DATA"] = str(Path(name) / "files")
        asyncio.run(main(both.database_url, both.redis_url, DUMP.with_name(f"{sys.argv[1]}.dump")))
