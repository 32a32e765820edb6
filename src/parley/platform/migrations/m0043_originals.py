"""The PDF of an article may be kept, with the places of passages on its pages."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T16:43:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "originals of articles"

# A PDF is compressed already, and without another compression a part of it is read without the rest.
FORWARDS = """
create table original (
    hash varchar(64) primary key not null default null,
    data bytea not null default null,
    created_at timestamptz not null default current_timestamp
);
alter table original alter column data set storage external;
alter table revision add column original varchar(64) default null;
create index revision_original on revision (original) where original is not null;
alter table passage add column boxes text default null
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
