"""The number of a member's unread notifications is kept, with what invalidates it."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-01T23:52:08:000000"
VERSION = "1.38.0"
DESCRIPTION = "kept numbers of unread notifications"

STATEMENTS = Path(__file__).with_name("m0008_unread.sql")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(STATEMENTS.read_text(encoding="utf-8"))

    manager.add_raw(run)
    return manager
