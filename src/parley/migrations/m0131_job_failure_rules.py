"""What Piccolo cannot say of failed items: one row an item, and which of them are dead."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-27T02:51:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of job failures"

RULES = """
create unique index job_failure_job_item_key on job_failure (job, item);
create index job_failure_dead on job_failure (job) where retry_at is null
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        for statement in RULES.split(";\n"):
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
