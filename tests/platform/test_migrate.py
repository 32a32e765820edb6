"""What `parley migrate` does about databases that it cannot bring to the present tables."""

import os
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit
from zlib import crc32

import asyncpg
import pytest

from parley.platform.db import migrated
from tests import command
from tests.conftest import on_server

pytestmark = pytest.mark.anyio

BEFORE_THE_FIRST_RELEASE = """
create table migration (id serial primary key, name varchar(200), app_name varchar(200), ran_on timestamp);
insert into migration (name, app_name) values ('2026-11-25T00:49:09:857608', 'parley');
create table member (id bigserial primary key)
"""


@pytest.fixture
async def unreleased(database: str) -> AsyncIterator[str]:
    name = urlsplit(database).path.strip("/") + "_unreleased"
    await on_server(database, f"create database {name}")
    url = urlunsplit(urlsplit(database)._replace(path=f"/{name}"))
    await on_server(url, BEFORE_THE_FIRST_RELEASE)
    yield url
    await on_server(database, f"drop database {name}")


def test_the_first_migration_names_the_tables_that_it_makes() -> None:
    tables = (migrated.FOLDER / "m0001_tables.sql").read_bytes()

    assert min(migrated.known_migrations()).endswith(f":{crc32(tables) % 1_000_000:06}")


async def test_one_from_before_the_first_release_is_refused_and_left_as_it_is(unreleased: str) -> None:
    ended = command.parley("migrate", env=os.environ | {"DATABASE_URL": unreleased})

    connection = await asyncpg.connect(unreleased)
    tables = await connection.fetchval("select count(*) from pg_tables where schemaname = 'public'")
    await connection.close()
    assert ended.returncode != 0
    assert "before Parley's first release" in ended.stdout + ended.stderr
    assert tables == 2
