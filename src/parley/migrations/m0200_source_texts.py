"""What the source of an article said last, and what its next text is merged with; conflicts are nobody's suggestion."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Bytea, ForeignKey
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-27T04:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "texts of sources"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    for column in ("source_text", "merge_base"):
        manager.add_column(
            table_class_name="Article",
            tablename="article",
            column_name=column,
            db_column_name=column,
            column_class_name="Bytea",
            column_class=Bytea,
            params={
                "default": None,
                "null": True,
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
    manager.alter_column(
        table_class_name="SuggestedUpdate",
        tablename="suggested_update",
        column_name="member",
        db_column_name="member",
        params={"null": True},
        old_params={"null": False},
        column_class=ForeignKey,
        old_column_class=ForeignKey,
        schema=None,
    )
    return manager
