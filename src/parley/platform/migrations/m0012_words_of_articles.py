"""A thesis knows whether it has words of its article, which took seconds to find out for long articles."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T06:12:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "theses in words of their articles"

STATEMENTS = Path(__file__).with_name("m0012_words_of_articles.sql")
# The trigger finds it out.
FIND_OUT = "update thesis set text = text"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(STATEMENTS.read_text(encoding="utf-8"))
        await execute(FIND_OUT)

    manager.add_raw(run)
    return manager
