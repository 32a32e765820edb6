"""Waiting until another transaction waits for a lock."""

import asyncio

import asyncpg

SECONDS = 60
# Of this database alone: other workers of the tests may have theirs on the same server.
WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


async def until_somebody_waits(connection: asyncpg.Connection) -> None:
    """Return when another session waits for a lock."""
    async with asyncio.timeout(SECONDS):
        while not await connection.fetchval(WAITING):
            await asyncio.sleep(0.01)
