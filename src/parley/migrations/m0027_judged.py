"""How many of a member's comments were judged, by which two at once are told apart."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Integer
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-25T14:27:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "comments judged"

USUAL = {
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}

async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Member",
        tablename="member",
        column_name="judged",
        db_column_name="judged",
        column_class_name="Integer",
        column_class=Integer,
        params=USUAL | {"default": 0, "null": False},
        schema=None,
    )
    return manager
