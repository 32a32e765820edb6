"""The queue counts its open items from the oldest on, up to a thousand, instead of all of them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T09:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the oldest items of the queue"
ADD_INDEX = "create index queue_item_opened on queue_item (opened_at) where state = 'open'"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(ADD_INDEX)

    manager.add_raw(run)
    return manager
