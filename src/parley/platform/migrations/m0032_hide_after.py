"""A community may hide a comment that several independent members reported, until a moderator decides."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T15:32:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "hide after reports"

FORWARDS = """
alter table community add column hide_after smallint not null default 0;
alter table community add constraint community_hide_after_check check (hide_after in (0, 3, 5));
create index comment_hidden on comment (id) where state = 'hidden'
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
