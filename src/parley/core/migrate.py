"""Bringing a database to the tables that this version of the code expects."""

import contextlib
import io

import asyncpg
from piccolo.apps.migrations.commands.forwards import run_forwards

from parley.core.db import close_pool, execute, open_pool
from parley.core.role import GRANT

# Two processes that start together must not migrate together.
LOCK = 7_270_001
POOLED = (
    "DATABASE_URL leads to sessions that have given up the rights of the owner, as a pooler's do. Nothing was changed. "
    "Name PostgreSQL itself in DATABASE_URL for this command."
)


async def migrate(url: str) -> None:
    """Apply all migrations that `url`'s database lacks, one process at a time.

    Raises RuntimeError when a migration fails, after which those before it stay applied, or where a pooler is between.
    """
    lock = await asyncpg.connect(url)
    try:
        if await lock.fetchval("select current_setting('role')") != "none":
            raise RuntimeError(POOLED)
        await lock.execute("select pg_advisory_lock($1)", LOCK)
        await open_pool(url, size=2, as_owner=True, statement_timeout="0", lock_timeout="10000")
        # Piccolo reports on standard output, which belongs to the command that called us.
        with contextlib.redirect_stdout(io.StringIO()):
            result = await run_forwards("parley")
        if result.success:
            await execute(GRANT)
    finally:
        await close_pool()
        await lock.close()
    if not result.success:
        raise RuntimeError(f"The database could not be migrated: {result.message}")
