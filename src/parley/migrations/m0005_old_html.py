"""Comments rendered by an earlier version are found without reading the whole table."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T03:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "index of rendered versions"

FORWARDS = """
create index comment_html_version on comment (html_version, id)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await DB.run_querystring(QueryString(FORWARDS))

    manager.add_raw(run)
    return manager
