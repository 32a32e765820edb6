"""What Piccolo cannot say of quiet hours: they are two different hours of a day."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-27T02:55:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of quiet hours"

CHECK = """
alter table quiet_hours add constraint quiet_hours_check
  check (starts between 0 and 23 and ends between 0 and 23 and starts <> ends)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await DB.run_querystring(QueryString(CHECK))

    manager.add_raw(run)
    return manager
