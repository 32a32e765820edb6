"""Names are compared without their separators, and those of erased members stay reserved."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-01T23:52:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "names without separators, and erased names"

FORWARDS = """
create index member_name_form on member (replace(replace(replace(name_key, '-', ''), 'm', 'rn'), 'w', 'vv'));
create index former_name_form on former_name (replace(replace(replace(name_key, '-', ''), 'm', 'rn'), 'w', 'vv'));
create table erased_name (
  id bigserial primary key not null,
  digest bytea unique not null
);
create table erased_name_key (
  id bigserial primary key not null,
  sealed bytea not null
)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
