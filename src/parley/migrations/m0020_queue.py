"""An item's reports, and what a moderator has claimed, are found without reading whole tables."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T14:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of the queue"

INDEXES = (
    "create index report_item on report (item)",
    "create index item_claimed on item (claimed_by) where claimed_by is not null",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in INDEXES:
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
