"""What a second moderator would have decided, without knowing the first one's decision."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

ID = "2026-11-25T20:39:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "audits"

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


class Member(Table, tablename="member", schema=None):
    id = BigSerial(primary_key=True, null=False)


class Decision(Table, tablename="decision", schema=None):
    id = BigSerial(primary_key=True, null=False)


LINK = {"on_delete": OnDelete.restrict, "on_update": OnUpdate.cascade, "target_column": None}

COLUMNS = {
    "id": (BigSerial, {"primary_key": True}),
    "decision": (ForeignKey, LINK | {"references": Decision, "unique": True}),
    "moderator": (ForeignKey, LINK | {"references": Member}),
    "action": (Varchar, {"length": 10}),
    "created_at": (Timestamptz, {"default": TimestamptzNow()}),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    manager.add_table(class_name="Audit", tablename="audit", schema=None, columns=None)
    for column, (kind, more) in COLUMNS.items():
        manager.add_column(
            table_class_name="Audit",
            tablename="audit",
            column_name=column,
            db_column_name=column,
            column_class_name=kind.__name__,
            column_class=kind,
            params=USUAL | more,
            schema=None,
        )
    return manager
