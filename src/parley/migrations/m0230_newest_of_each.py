"""The first comments of a part are read along the index of that part, not along the one of all comments by time."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-27T05:11:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "an index by time for ranges only"

# PostgreSQL reads an index in its order where it expects to find the first rows soon, and it expects the comments of a
# part everywhere among all comments: of a part without comments it read every comment of the forum. Nulls, which there
# are none of, come first here, so that the index serves ranges of time and no `order by`.
FORWARDS = (
    "drop index comment_created",
    "create index comment_created on comment (created_at nulls first)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS:
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
