"""What the overview counts and the log filters by is found by its time, without reading whole tables."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T11:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of figures"

INDEXES = (
    "create index report_time on report (created_at)",
    "create index decision_time on decision (created_at)",
    "create index decision_item on decision (item, id desc) where item is not null",
    "create index item_acted on item (acted_at) where acted_at is not null",
    "create index comment_created on comment (created_at)",
    "create index member_created on member (created_at)",
    "create index mod_action_actor on mod_action (actor, id desc) where actor is not null",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in INDEXES:
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
