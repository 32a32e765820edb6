"""The part of a discussion that a comment belongs to, and the counts of each part: the tables."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import BigSerial, ForeignKey, Integer, Varchar
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

ID = "2026-11-27T03:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "counts of each passage's comments"

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


class Thread(Table, tablename="thread", schema=None):
    id = BigSerial(primary_key=True, null=False)


LINK = {
    "default": None,
    "on_delete": OnDelete.cascade,
    "on_update": OnUpdate.cascade,
    "target_column": None,
    "references": Thread,
}
COLUMNS: dict[str, tuple[type[Column], dict[str, Any]]] = {
    "id": (BigSerial, {"primary_key": True}),
    "thread": (ForeignKey, LINK),
    "part": (Varchar, {"default": None, "length": 20}),
} | {one: (Integer, {"default": 0}) for one in ("supports", "challenges", "adds", "asks", "none")}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    manager.add_table(class_name="PassageCount", tablename="passage_count", schema=None, columns=None)
    for name, (kind, more) in COLUMNS.items():
        _add(manager, "PassageCount", "passage_count", name, kind, more)
    _add(manager, "Comment", "comment", "part", Varchar, {"default": None, "length": 20, "null": True})
    return manager


def _add(
    manager: MigrationManager, owner: str, table: str, name: str, kind: type[Column], more: dict[str, Any]
) -> None:
    manager.add_column(
        table_class_name=owner,
        tablename=table,
        column_name=name,
        db_column_name=name,
        column_class_name=kind.__name__,
        column_class=kind,
        params=USUAL | more,
        schema=None,
    )
