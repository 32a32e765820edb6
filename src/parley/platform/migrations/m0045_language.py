"""The language that a member chose for pages and letters."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T16:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "language"

FORWARDS = "alter table member add column language varchar(8) not null default ''"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
