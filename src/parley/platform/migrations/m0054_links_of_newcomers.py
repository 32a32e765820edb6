"""Rules ask more of a newcomer's link before it waits, and leave talk about offers alone."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.migrations.m0041_large_numbers import renew

ID = "2026-12-02T16:54:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "a newcomer's link waits less often"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await renew("Links of newcomers", "Offers")

    manager.add_raw(run)
    return manager
