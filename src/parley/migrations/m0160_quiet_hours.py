"""The hours in which letters at once to a member wait."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import BigSerial, ForeignKey, SmallInt
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

ID = "2026-11-27T02:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "quiet hours"

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


class Member(Table, tablename="member", schema=None):
    id = BigSerial(primary_key=True, null=False)


LINK = {"default": None, "on_delete": OnDelete.cascade, "on_update": OnUpdate.cascade, "target_column": None}
COLUMNS: dict[str, tuple[type[Column], dict[str, Any]]] = {
    "id": (BigSerial, {"primary_key": True}),
    "member": (ForeignKey, LINK | {"references": Member, "unique": True}),
    "starts": (SmallInt, {"default": None}),
    "ends": (SmallInt, {"default": None}),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    manager.add_table(class_name="QuietHours", tablename="quiet_hours", schema=None, columns=None)
    for name, (kind, more) in COLUMNS.items():
        manager.add_column(
            table_class_name="QuietHours",
            tablename="quiet_hours",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=USUAL | more,
            schema=None,
        )
    return manager
