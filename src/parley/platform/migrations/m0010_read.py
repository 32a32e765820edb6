"""What a member has read of a thread is kept comment by comment."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T02:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "comments that were read"

# Until now everything up to the last visit counted as read. `before_at` is no longer written.
FORWARDS = """
alter table visit add column read_until timestamptz not null default current_timestamp;
alter table visit add column read bigint[] not null default '{}';
alter table visit alter column before_at set default current_timestamp;
update visit set read_until = seen_at
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
