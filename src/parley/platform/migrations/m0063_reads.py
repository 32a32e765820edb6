"""The languages that a member reads."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T16:63:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "languages that members read"

FORWARDS = "alter table member add column reads varchar(8)[] not null default '{}'"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
