"""Bringing a database to the tables that this version of the code expects, while the version before still serves."""

import asyncio
import contextlib
import io

import asyncpg
import structlog
from piccolo.apps.migrations.commands.forwards import run_forwards

from parley.core.db import atomic, close_pool, execute, open_pool
from parley.core.db.migrated import done, known
from parley.core.db.role import GRANT

log = structlog.get_logger(__name__)

# Two processes that start together must not migrate together.
LOCK = 7_270_001
# Who waits for a table makes all others wait who come after. So a migration waits for less than they do, and again; and
# for less than the second after which PostgreSQL breaks a deadlock, where the victim would be somebody's post.
LIMITS = {"statement_timeout": "0", "lock_timeout": "500", "idle_in_transaction_session_timeout": "0"}
ATTEMPTS, PAUSE_SECONDS = 60, 1.0
POOLED = (
    "DATABASE_URL leads to sessions that have given up the rights of the owner, as a pooler's do. Nothing was changed. "
    "Name PostgreSQL itself in DATABASE_URL for this command."
)
UNRELEASED = (
    "This database was made before Parley's first release, and its tables cannot be brought to those of this version. "
    "Nothing was changed. Name a new database in DATABASE_URL, or start with a new data folder."
)
IN_USE = "For a minute something held a table that a migration changes. Those before it stand. Please run this again."


async def migrate(url: str) -> None:
    """Apply all migrations that `url`'s database lacks, one process at a time.

    Raises RuntimeError when a migration fails, after which those before it stay applied; where a pooler is between; and
    for a database from before the first release.
    """
    lock = await asyncpg.connect(url)
    try:
        if await lock.fetchval("select current_setting('role')") != "none":
            raise RuntimeError(POOLED)
        await lock.execute("select pg_advisory_lock($1)", LOCK)
        await open_pool(url, size=2, as_owner=True, **LIMITS)
        applied = await done()
        if applied and min(known()) not in applied:
            raise RuntimeError(UNRELEASED)
        for migration in sorted(known() - applied):
            await _apply(migration)
        await execute(GRANT)
    finally:
        await close_pool()
        await lock.close()


async def _apply(migration: str) -> None:
    """Apply one migration and note that, both or neither, whenever we are killed."""
    for _ in range(ATTEMPTS):
        try:
            async with atomic():
                await _run(migration)
        except asyncpg.LockNotAvailableError:
            log.info("a table is in use, trying again", migration=migration)
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return
    raise RuntimeError(IN_USE)


async def _run(migration: str) -> None:
    # Piccolo reports on standard output, which belongs to the command that called us. Its transaction is ours.
    with contextlib.redirect_stdout(io.StringIO()):
        result = await run_forwards("parley", migration)
    if not result.success:
        raise RuntimeError(f"The database could not be migrated: {result.message}")
