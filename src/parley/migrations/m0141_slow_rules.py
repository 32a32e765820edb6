"""The costliest text of a rule, instead of why it switched itself off: rules no longer do."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column
from piccolo.columns.column_types import DoublePrecision, Integer
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-27T02:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "costliest texts of rules"

USUAL = {
    "null": False,
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}

COLUMNS: dict[str, tuple[type[Column], dict[str, Any]]] = {
    "slowest_bytes": (Integer, {"default": 0}),
    "slowest_seconds": (DoublePrecision, {"default": 0.0}),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    manager.drop_column(
        table_class_name="Rule", tablename="rule", column_name="alarm", db_column_name="alarm", schema=None
    )
    for name, (kind, more) in COLUMNS.items():
        manager.add_column(
            table_class_name="Rule",
            tablename="rule",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=USUAL | more,
            schema=None,
        )
    return manager
