"""Who asked to switch on what a back-test was about; which states a back-test has, and how it is found."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import BigSerial, ForeignKey
from piccolo.columns.indexes import IndexMethod
from piccolo.querystring import QueryString
from piccolo.table import Table

from parley.core.db import DB

ID = "2026-11-25T05:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "proposals of rules"

RULES = """
alter table backtest add constraint backtest_state_check check (state in ('waiting', 'running', 'done', 'failed'));;
create index backtest_rule on backtest (rule, id desc);;
create index backtest_open on backtest (id) where state in ('waiting', 'running')
"""


class Member(Table, tablename="member", schema=None):
    id = BigSerial(
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="parley", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Backtest",
        tablename="backtest",
        column_name="proposed_by",
        db_column_name="proposed_by",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Member,
            "on_delete": OnDelete.restrict,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": True,
            "default": None,
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

    async def run() -> None:
        for statement in RULES.split(";;\n"):
            await DB.run_querystring(QueryString(statement))

    manager.add_raw(run)
    return manager
