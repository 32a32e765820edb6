"""Threads are shown by one disagreement: two responses to the same words."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-01T23:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "a disagreement for each thread"

# The worker computes the stats of all threads again, and with them the disagreement.
FORWARDS = """
alter table thread_stats add column disagreement bigint[] not null default '{}';
alter table thread_stats add column is_disputed boolean not null default false;
update thread_stats set refreshed_at = '2000-01-01'
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
