"""What retention looks for: events handled long ago, and passages that show a picture (parley/retention.py)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-27T04:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes for retention"

# Events are handled in the order in which they are written: an index of blocks finds the old ones and costs almost nothing to write.
INDEXES = """
create index event_time on event using brin (handled_at) with (autosummarize = on);
create index passage_pictures on passage (id) where html like '%/media/%'
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in INDEXES.split(";\n"):
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
