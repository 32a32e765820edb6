"""How often the digest came before it was stopped, so that taking that back brings it as it was."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-25T20:44:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "former frequency"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Subscription",
        tablename="subscription",
        column_name="former",
        db_column_name="former",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 6,
            "default": "weekly",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )
    return manager
