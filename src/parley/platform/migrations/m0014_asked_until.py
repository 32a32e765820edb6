"""Until when an item of the queue waits for its author, whom a moderator asked to edit."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T06:14:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "items that wait for their author"

ADD_COLUMN = "alter table queue_item add column asked_until timestamptz"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(ADD_COLUMN)

    manager.add_raw(run)
    return manager
