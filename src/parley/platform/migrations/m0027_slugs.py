"""The slug of a thread may hold letters of any script, percent-encoded."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T15:27:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "longer slugs"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute("alter table thread alter column slug type varchar(240)")

    manager.add_raw(run)
    return manager
