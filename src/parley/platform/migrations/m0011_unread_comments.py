"""The number of a member's unread comments is kept beside that of their notifications."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T02:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "kept numbers of unread comments"

STATEMENTS = Path(__file__).with_name("m0011_unread_comments.sql")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(STATEMENTS.read_text(encoding="utf-8"))

    manager.add_raw(run)
    return manager
