"""Topics may have a colour."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-02T16:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "colours of topics"

FORWARDS = """
alter table topic add column hue smallint default null;
alter table topic add constraint topic_hue_check check (hue between 0 and 359)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
