"""Items are assigned to colleagues, a saved reason may carry what to do, and a topic says who may write."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T16:38:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "assigned items, actions of saved reasons, who may write in a topic"

FORWARDS = """
alter table queue_item add column assigned_to bigint
    references member (id) on delete restrict on update cascade default null;
create index queue_item_assigned on queue_item (assigned_to) where assigned_to is not null;
alter table saved_reason add column action varchar(20) default null;
alter table saved_reason add column also varchar(20) default null;
alter table saved_reason add column days integer default null;
alter table topic add column min_days smallint not null default 0;
alter table topic add constraint topic_min_days_check check (min_days in (0, 1, 7, 30))
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
