"""Migrate a database to this version of the code while the previous version still serves requests."""

import asyncio
import contextlib
import io

import asyncpg
import structlog

from parley.platform import failpoint
from parley.platform.db import atomic, close_pool, execute, open_pool
from parley.platform.db.migrated import OLD_SCHEMA, applied_migrations, known_migrations
from parley.platform.db.role import GRANT_ROLE

log = structlog.get_logger(__name__)

# An advisory lock: of several processes that start at once, one migrates.
LOCK = 7_270_001
# A migration that waits for a table's lock blocks every later statement on the table. So it waits for a shorter time
# than they do, and tries again. The time is also below PostgreSQL's deadlock timeout of a second: in a deadlock the
# migration ends, not somebody's post.
LIMITS = {"statement_timeout": "0", "lock_timeout": "500", "idle_in_transaction_session_timeout": "0"}
ATTEMPTS, PAUSE_SECONDS = 60, 1.0
POOLED = (
    "DATABASE_URL leads to sessions without the rights of the tables' owner, as those of a pooler. "
    "Nothing was changed. For this command, set DATABASE_URL to the address of PostgreSQL itself."
)
UNRELEASED = (
    "This database was created before Parley's first release and cannot be migrated to this version. Nothing was "
    "changed. Set DATABASE_URL to a new database, or start with a new data folder."
)
INTERRUPTED = (
    "A restore of this database was interrupted. What was here before it is kept, and nothing was changed now. Run "
    "`parley restore FILE` again: it brings that back first, and replaces it only with --replace."
)
IN_USE = (
    "A table that a migration changes was locked for a minute. The migrations before it are applied. "
    "Please run this command again."
)


async def migrate(url: str, *, restoring: bool = False) -> None:
    """Apply all migrations that the database at `url` lacks, in one process at a time.

    Raises RuntimeError when a migration fails (those before it stay applied), when the sessions are those of a pooler,
    for a database from before the first release, and for one whose restore was interrupted, unless this is part of
    `restoring` it.
    """
    lock = await asyncpg.connect(url)
    try:
        if await lock.fetchval("select current_setting('role')") != "none":
            raise RuntimeError(POOLED)
        if not restoring and await lock.fetchval("select to_regnamespace($1) is not null", OLD_SCHEMA):
            raise RuntimeError(INTERRUPTED)
        await lock.execute("select pg_advisory_lock($1)", LOCK)
        await open_pool(url, size=2, as_owner=True, **LIMITS)
        applied = await applied_migrations()
        if applied and min(known_migrations()) not in applied:
            raise RuntimeError(UNRELEASED)
        for migration in sorted(known_migrations() - applied):
            await _apply(migration)
        await execute(GRANT_ROLE)
    finally:
        await close_pool()
        await lock.close()


async def _apply(migration: str) -> None:
    """Apply one migration and record it, in one transaction."""
    for _ in range(ATTEMPTS):
        try:
            async with atomic():
                await _run(migration)
                failpoint.hit(migration)
        except asyncpg.LockNotAvailableError:
            log.info("a table is in use, trying again", migration=migration)
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return
    raise RuntimeError(IN_USE)


async def _run(migration: str) -> None:
    from piccolo.apps.migrations.commands.forwards import run_forwards  # noqa: PLC0415 13 MB (black) for this alone

    # Piccolo prints to standard output, which belongs to the calling command. It uses our open transaction.
    with contextlib.redirect_stdout(io.StringIO()):
        result = await run_forwards("parley", migration)
    if not result.success:
        raise RuntimeError(f"The database could not be migrated: {result.message}")
