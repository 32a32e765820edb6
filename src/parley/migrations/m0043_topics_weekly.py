"""A topic may come once a week to whom the digest comes every day."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T20:43:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "topics once a week"

FORWARDS = """
alter table topic_follow drop constraint topic_follow_level_check,
  add constraint topic_follow_level_check check (level in ('follow', 'weekly', 'mute'))
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await DB.run_querystring(QueryString(FORWARDS))

    manager.add_raw(run)
    return manager
