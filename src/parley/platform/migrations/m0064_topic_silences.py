"""An index of the members who are silenced in a topic."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "2026-12-03T10:64:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "silences in topics"

FORWARDS = """
create index decision_topic_silence on decision (target) where action = 'silence_topic' and state = 'in_force'
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)

    async def run() -> None:
        await execute(FORWARDS)

    manager.add_raw(run)
    return manager
