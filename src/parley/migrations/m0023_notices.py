"""Notices, what members follow and mute, and by which way they hear of each kind."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import BigInt, BigSerial, Boolean, ForeignKey, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

ID = "2026-11-25T14:23:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "notices, follows, preferences"

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


class Topic(Table, tablename="topic", schema=None):
    slug = Varchar(40, primary_key=True, null=False, default=None)


Made = tuple[type[Column], dict[str, Any]]


def _to(table: type[Table]) -> Made:
    more = {"references": table, "on_delete": OnDelete.cascade, "on_update": OnUpdate.cascade, "target_column": None}
    return ForeignKey, more


def _text(length: int, default: str | None = None, **more: Any) -> Made:
    return Varchar, {"length": length, "default": default} | more


KEY: Made = BigSerial, {"primary_key": True}
NUMBER: Made = BigInt, {"default": None, "null": True}
NOW: Made = Timestamptz, {"default": TimestamptzNow()}
NEVER: Made = Timestamptz, {"default": None, "null": True}

TABLES: dict[str, dict[str, Made]] = {
    "Follow": {
        "id": KEY,
        "member": _to(Member),
        "thread": _to(Thread),
        "level": _text(6, "follow"),
        "channel": _text(6, null=True),
        "since": NOW,
    },
    "TopicFollow": {
        "id": KEY,
        "member": _to(Member),
        "topic": _to(Topic),
        "level": _text(6, "follow"),
        "since": NOW,
    },
    "Preference": {"id": KEY, "member": _to(Member), "kind": _text(8), "channel": _text(6)},
    "Notice": {
        "id": KEY,
        "member": _to(Member),
        "kind": _text(8),
        "event": NUMBER,
        "decision": NUMBER,
        "thread": NUMBER,
        "comment": NUMBER,
        "actor": NUMBER,
        "by_mail": (Boolean, {"default": False}),
        "letter": NUMBER,
        "mailed_at": NEVER,
        "read_at": NEVER,
        "created_at": NOW,
    },
}

async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    for name, columns in TABLES.items():
        table = "topic_follow" if name == "TopicFollow" else name.lower()
        manager.add_table(class_name=name, tablename=table, schema=None, columns=None)
        for column, (kind, more) in columns.items():
            manager.add_column(
                table_class_name=name,
                tablename=table,
                column_name=column,
                db_column_name=column,
                column_class_name=kind.__name__,
                column_class=kind,
                params=USUAL | more,
                schema=None,
            )
    return manager
