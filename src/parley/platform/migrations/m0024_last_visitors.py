"""Who visited a thread last is looked up before each post."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T15:24:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the last visitors of a thread"
REPLACE_INDEX = "create index visit_thread_seen on visit (thread, seen_at desc); drop index visit_thread"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in REPLACE_INDEX.split("; "):
            await execute(statement)

    manager.add_raw(run)
    return manager
