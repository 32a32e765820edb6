"""The anchors of a long thread's comments are moved in batches after a revision."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T09:19:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "anchors that wait to be moved"

FORWARDS = """
alter table revision add column unmoved int8multirange;
create index revision_unmoved on revision (article) where unmoved is not null
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
