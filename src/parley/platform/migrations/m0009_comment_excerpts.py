"""Comments have an excerpt, for lists. The worker makes those of existing comments (discussion/comments/jobs.py)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-01T23:52:09:000000"
VERSION = "1.38.0"
DESCRIPTION = "excerpts of comments"

FORWARDS = """
alter table comment add column excerpt text,
  add constraint comment_excerpt_check check (body <> '' or coalesce(excerpt, '') = '')
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
