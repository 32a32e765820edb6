"""Threads that moderators picked for the digest."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import BigSerial, ForeignKey, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

ID = "2026-11-25T20:45:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "picks"

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


class Thread(Table, tablename="thread", schema=None):
    id = BigSerial(primary_key=True, null=False)


LINK = {"default": None, "on_delete": OnDelete.cascade, "on_update": OnUpdate.cascade, "target_column": None}
COLUMNS: dict[str, tuple[type[Column], dict[str, Any]]] = {
    "id": (BigSerial, {"primary_key": True}),
    "thread": (ForeignKey, LINK | {"references": Thread, "unique": True}),
    "member": (ForeignKey, LINK | {"references": Member}),
    "at": (Timestamptz, {"default": TimestamptzNow()}),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    manager.add_table(class_name="Pick", tablename="pick", schema=None, columns=None)
    for name, (kind, more) in COLUMNS.items():
        manager.add_column(
            table_class_name="Pick",
            tablename="pick",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=USUAL | more,
            schema=None,
        )
    return manager
