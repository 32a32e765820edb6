"""When a member's last visit ended, for what the home page says is new since."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T06:17:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the end of each member's last visit"

FORWARDS = "alter table member add column visited_at timestamptz"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
