"""Webhooks are told when raid mode begins and ends, which is no event of a thread."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T16:36:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "raid mode in webhooks"

FORWARDS = """
alter table webhook_delivery alter column position drop not null;
alter table webhook_delivery alter column thread drop not null;
alter table webhook_delivery alter column seq drop not null;
alter table webhook_delivery add column raid bigint default null
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
