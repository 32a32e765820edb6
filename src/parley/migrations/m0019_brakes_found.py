"""The threads where talk is slowed by itself are found by an index: columns come after what is written by hand."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T14:19:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "brakes found"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await DB.run_querystring(QueryString("create index thread_braked on thread (id) where brakes <> '[]'"))

    manager.add_raw(run)
    return manager
