"""What was reported as illegal, and what is nearly due, comes first in the queue."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T06:16:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the order of the queue"

FORWARDS = """
alter table queue_item add column urgency smallint not null default 0;
update queue_item i set urgency = 2 where state = 'open' and exists (
    select from report r join guideline g on g.code = r.guideline
    where r.item = i.id and r.state <> 'resolved' and g.illegal and r.weight > 0
      and (r.reporter is not null or r.proven));
drop index queue_item_open;
create index queue_item_open on queue_item ((urgency * 1000000 + risk) desc, opened_at, id) where state = 'open'
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
