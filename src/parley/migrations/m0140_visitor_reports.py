"""Where a visitor's report came from, and whether its address is proven."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-27T02:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "visitors' reports"

COLUMNS = (
    "alter table report add column network varchar(50)",
    "alter table report add column proven boolean not null default false",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in COLUMNS:
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
