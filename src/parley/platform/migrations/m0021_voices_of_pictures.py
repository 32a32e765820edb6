"""The picture for links to a thread shows its disagreement."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T09:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the disagreement in pictures of links"

FORWARDS = """alter table link_picture add column "voices" varchar(16) not null default ''"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
