"""The tables in the code are the tables in the database, and every template is sound."""

from typing import Any

import pytest
from litestar import Litestar
from piccolo.apps.migrations.auto.diffable_table import DiffableTable
from piccolo.apps.migrations.auto.schema_differ import SchemaDiffer
from piccolo.apps.migrations.auto.schema_snapshot import SchemaSnapshot
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.columns import ForeignKey

import make
from parley.core import db
from parley.core.migrated import is_migrated, known
from parley.core.pages import environment
from parley.piccolo_app import APP_CONFIG, TABLES

pytestmark = pytest.mark.anyio

COLUMNS = """
select column_name, data_type, is_nullable = 'YES', character_maximum_length
from information_schema.columns where table_schema = 'public' and table_name = $1
"""
TYPES = {
    "BIGINT": "bigint",
    "BIGSERIAL": "bigint",
    "INTEGER": "integer",
    "SERIAL": "integer",
    "SMALLINT": "smallint",
    "TEXT": "text",
    "BOOLEAN": "boolean",
    "BYTEA": "bytea",
    "DATE": "date",
    "JSONB": "jsonb",
    "UUID": "uuid",
    "DOUBLE PRECISION": "double precision",
    "TIMESTAMPTZ": "timestamp with time zone",
}


async def test_migrations_from_nothing_make_what_the_tables_say(app: Litestar) -> None:
    managers = await BaseMigrationManager().get_migration_managers(
        app_config=APP_CONFIG, max_migration_id=None, offset=0
    )
    snapshot = SchemaSnapshot(managers=managers).get_snapshot()
    tables = [
        DiffableTable(table.__name__, table._meta.tablename, table._meta.schema, table._meta.non_default_columns)
        for table in TABLES
    ]

    changes = SchemaDiffer(schema=tables, schema_snapshot=snapshot, auto_input="n").get_alter_statements()

    assert [statement for change in changes for statement in change.statements] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table._meta.tablename)
async def test_every_column_is_there_as_declared(app: Litestar, table: Any) -> None:
    connection = db.DB.current_transaction.get().connection  # type: ignore[union-attr]
    found = {row[0]: tuple(row[1:]) for row in await connection.fetch(COLUMNS, table._meta.tablename)}

    for column in table._meta.columns:
        kind, nullable, longest = found.pop(column._meta.db_column_name)
        declared = column.column_type
        if declared.startswith("VARCHAR"):
            declared_length = (
                longest if isinstance(column, ForeignKey) else column.length
            )  # a foreign key has that of what it points to
            assert (kind, longest) == ("character varying", declared_length)
        elif declared.endswith("[]"):
            assert kind == "ARRAY"
        else:
            assert kind == TYPES[declared]
        assert nullable == column._meta.null, column
    assert found == {}


async def test_a_database_knows_when_it_is_migrated(app: Litestar) -> None:
    assert await is_migrated()

    async with make.as_owner():
        await db.execute("delete from migration where name = $1", max(known()))

    assert not await is_migrated()


@pytest.mark.parametrize("name", environment().list_templates(extensions=["html", "txt"]), ids=lambda name: name)
def test_every_template_compiles(name: str) -> None:
    environment().get_template(name)


def test_no_template_holds_inline_style_or_script() -> None:
    env = environment()
    for name in env.list_templates(extensions=["html"]):
        source = env.loader.get_source(env, name)[0].lower()  # type: ignore[union-attr]
        for banned in (" style=", "<style", " onclick", " onload", "javascript:", "hx-on", "|safe"):
            assert banned not in source or (banned == "|safe" and name == "_macros/ui.html"), (name, banned)
