"""The balance beside each passage is counted from an index alone, however long the thread is."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T02:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "index of anchored comments"

FORWARDS = """
create index comment_anchored on comment (thread, passage, stance)
where passage is not null and parent is null and state = 'visible'
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await DB.run_querystring(QueryString(FORWARDS))

    manager.add_raw(run)
    return manager
