"""Why a member may not write, the role that a decision gives, and finding members by the beginning of their name."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text, Varchar
from piccolo.columns.indexes import IndexMethod
from piccolo.querystring import QueryString

from parley.core.db import DB

ID = "2026-11-25T10:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "sanctions, roles, names"

USUAL = {
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}
# In the order of their bytes, in which a beginning is one range.
INDEXES = (
    'create index member_name_bytes on member (name_key collate "C")',
    'create index member_email_bytes on member (email_key collate "C")',
    "create index decision_awaiting on decision (created_at) where state = 'awaiting'",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Member",
        tablename="member",
        column_name="state_reason",
        db_column_name="state_reason",
        column_class_name="Text",
        column_class=Text,
        params=USUAL | {"default": "", "null": False},
        schema=None,
    )
    manager.add_column(
        table_class_name="Decision",
        tablename="decision",
        column_name="role",
        db_column_name="role",
        column_class_name="Varchar",
        column_class=Varchar,
        params=USUAL | {"length": 10, "default": None, "null": True},
        schema=None,
    )

    async def run() -> None:
        for statement in INDEXES:
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
