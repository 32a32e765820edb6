"""Decisions on illegal content name the law."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T09:23:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the law that a decision names"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute("alter table decision add column law text")

    manager.add_raw(run)
    return manager
