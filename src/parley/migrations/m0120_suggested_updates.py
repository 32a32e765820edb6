"""Suggested updates of articles, and the notices of them."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import BigInt, BigSerial, Bytea, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

ID = "2026-11-27T02:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "suggested updates"

USUAL = {
    "null": False,
    "default": None,
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}
EMPTY = {"null": True}
NOW = {"default": TimestamptzNow()}


class Member(Table, tablename="member", schema=None):
    id = BigSerial(primary_key=True, null=False)


class Thread(Table, tablename="thread", schema=None):
    id = BigSerial(primary_key=True, null=False)


def link(to: type[Table], on_delete: OnDelete) -> dict[str, Any]:
    return {"on_delete": on_delete, "on_update": OnUpdate.cascade, "target_column": None, "references": to}


KEY = {"primary_key": True}
MEMBER = link(Member, OnDelete.restrict)
COLUMNS: dict[tuple[str, str], dict[str, tuple[Any, dict[str, Any]]]] = {
    ("SuggestedUpdate", "suggested_update"): {
        "id": (BigSerial, KEY),
        "thread": (ForeignKey, link(Thread, OnDelete.cascade)),
        "member": (ForeignKey, MEMBER),
        "state": (Varchar, {"length": 8, "default": "waiting"}),
        "draft": (Bytea, EMPTY),
        "answer": (Text, {"default": ""}),
        "decided_by": (ForeignKey, MEMBER | EMPTY),
        "decided_at": (Timestamptz, EMPTY),
        "created_at": (Timestamptz, NOW),
    },
    ("Notice", "notice"): {"suggestion": (BigInt, EMPTY)},
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    for (class_name, tablename), columns in COLUMNS.items():
        if "id" in columns:
            manager.add_table(class_name=class_name, tablename=tablename, schema=None, columns=None)
        for column, (kind, more) in columns.items():
            manager.add_column(
                table_class_name=class_name,
                tablename=tablename,
                column_name=column,
                db_column_name=column,
                column_class_name=kind.__name__,
                column_class=kind,
                params=USUAL | more,
                schema=None,
            )
    return manager
