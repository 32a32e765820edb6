"""Fill an empty database, run with the code of the version that is upgraded, and print whom a test needs.

`before.py 50000` gives the community of keep.py that many comments, and members who are signed in.
"""

import asyncio
import os
import sys

import asyncpg
import msgspec

from parley.interfaces.search import jobs as search
from parley.platform.db import close_pool, open_pool
from parley.platform.db.migrate import migrate
from parley.platform.events.redis import close_redis, open_redis
from parley.site import hooks
from tests import make
from tests.interfaces.live.forum import cookie_of
from tests.platform.upgrade import keep
from tests.platform.upgrade.rows import fill_tables

MEMBERS = 6
# Of the large thread, the first.
READ = "select id from comment where thread = 1 order by id limit 500"


class Community(msgspec.Struct):
    """Cookies of members, the thread in which they write, the pages that they read, and comments to vote on."""

    cookies: list[str]
    thread: int
    paths: list[str]
    comments: list[int]


async def fill_database(url: str) -> Community:
    await migrate(url)
    hooks.connect()
    # On a busy machine the words of so many comments take longer to collect than a statement may take.
    await open_pool(url, size=4, statement_timeout="0")
    open_redis(os.environ["REDIS_URL"])
    try:
        await keep.fill()
        await search.check()
        cookies = [await cookie_of(await make.member()) for _ in range(MEMBERS)]
        thread = await make.thread()
        paths = ["/", await make.address(thread), "/t/1"]
    finally:
        await close_redis()
        await close_pool()
    connection = await asyncpg.connect(url)
    try:
        tables = await keep.tables_of(connection)
        empty = [name for name in tables if not await connection.fetchval(f"select exists (select from {name})")]
        await fill_tables(connection, empty)
        comments = [row[0] for row in await connection.fetch(READ)]
    finally:
        await connection.close()
    return Community(cookies, thread, paths, comments)


if __name__ == "__main__":
    keep.COMMENTS = int(sys.argv[1])
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(fill_database(os.environ["DATABASE_URL"]))))
