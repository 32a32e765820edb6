"""The tables in the code and the tables that the migrations make are the same."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

import parley
from parley.platform.db.schema import ddl
from parley.site.piccolo_app import TABLES
from tests.conftest import ROOT, on_server
from tests.shape import shape

pytestmark = pytest.mark.anyio

SCHEMA = (Path(parley.__file__).parent / "platform/migrations/schema.sql").read_text()


@pytest.fixture(scope="module")
async def declared(database: str) -> AsyncIterator[str]:
    """A database made from the tables as the code declares them, without any migration."""
    name = urlsplit(database).path.strip("/") + "_declared"
    await on_server(database, f"create database {name}")
    url = urlunsplit(urlsplit(database)._replace(path=f"/{name}"))
    await on_server(url, ddl(TABLES, SCHEMA))
    yield url
    await on_server(database, f"drop database {name}")


async def test_the_migrations_make_what_the_tables_declare(database: str, declared: str) -> None:
    migrated, wanted = await shape(database), await shape(declared)

    assert {"a migration must make": wanted - migrated} == {"a migration must make": set()}
    assert {"the tables do not declare": migrated - wanted} == {"the tables do not declare": set()}
    assert len(wanted) > 700


@pytest.mark.parametrize(
    "change",
    [
        "alter table comment add column more int",
        "alter table comment alter column state set default 'hidden'",
        "alter table comment alter column author set not null",
        "alter table vote drop constraint vote_value_check",
        "alter table vote drop constraint vote_member_fkey",
        "alter table note drop constraint note_pkey",
        "drop index comment_best",
        "create index more on comment (body)",
        "alter table mod_action disable trigger mod_action_stays",
        "drop trigger report_transition on report",
        "create or replace function mod_action_stays() returns trigger language plpgsql as 'begin return new; end'",
        "alter sequence lineage increment by 2",
        "create table more ()",
        "create view more as select 1 as one",
    ],
)
async def test_the_comparison_sees(declared: str, change: str) -> None:
    assert await shape(declared, after=change) != await shape(declared)


def test_the_page_of_tables_is_up_to_date() -> None:
    """`make schema` writes it."""
    printed = subprocess.run([sys.executable, ROOT / "bin/schema", "page"], capture_output=True, text=True, check=True)

    assert (ROOT / "docs/schema.md").read_text() == printed.stdout
