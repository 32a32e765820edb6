"""Items of the worker's sweeps that failed."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column
from piccolo.columns.column_types import BigSerial, Integer, Text, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-27T02:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "job failures"

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
    "id": (BigSerial, {"primary_key": True}),
    "job": (Text, {"default": None}),
    "item": (Text, {"default": None}),
    "attempts": (Integer, {"default": 0}),
    "error": (Text, {"default": ""}),
    "failed_at": (Timestamptz, {"default": TimestamptzNow()}),
    "retry_at": (Timestamptz, {"default": None, "null": True}),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    manager.add_table(class_name="JobFailure", tablename="job_failure", schema=None, columns=None)
    for name, (kind, more) in COLUMNS.items():
        manager.add_column(
            table_class_name="JobFailure",
            tablename="job_failure",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=USUAL | more,
            schema=None,
        )
    return manager
