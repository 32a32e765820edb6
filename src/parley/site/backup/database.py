"""The database of a backup or a transfer: connections, one moment of it, and its contents for comparison."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from parley.platform.db.migrate import POOLED
from parley.platform.errors import CommandFailed

# The text form of a row depends on these.
SETTINGS = {
    "application_name": "parley backup",
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "statement_timeout": "0",
}
SELECT_TABLES = """
select table_name from information_schema.tables
where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name
"""
SELECT_MIGRATIONS = "select name from migration where app_name = 'parley' order by name"
HAS_CONTENT = """
select exists (select from member) or exists (select from thread) or exists (select from mod_action)
"""
# Another server numbers its transactions anew. Events from before come first.
RENUMBER_EVENTS = "update event set xid = '0'"
# A sum does not depend on the order of rows. Half an MD5 is enough, since this is not a defence against forgery.
SELECT_CONTENTS = """
select count(*) as rows,
  coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0)::text as hash from only public."{}" t
"""


class Table(msgspec.Struct, frozen=True):
    rows: int
    hash: str


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    """Yield a connection with all rights of the login, without time limits. Raises CommandFailed for a pooler's."""
    try:
        connection = await asyncpg.connect(url, server_settings=SETTINGS)
    except asyncpg.ProtocolViolationError as error:
        # PgBouncer refuses what it cannot set for a session that others share.
        if "startup parameter" in str(error):
            raise CommandFailed(POOLED) from None
        raise
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[Any]:
    """Yield a connection that sees the database as it is now, whatever is written meanwhile, and writes nothing."""
    async with connected(url) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        yield connection


async def tables(connection: Any) -> list[str]:
    return [row[0] for row in await connection.fetch(SELECT_TABLES)]


async def migrations(connection: Any) -> list[str]:
    return [row[0] for row in await connection.fetch(SELECT_MIGRATIONS)]


async def contents(connection: Any) -> dict[str, Table]:
    return {
        name: Table(*await connection.fetchrow(SELECT_CONTENTS.format(name)))  # names of our own tables
        for name in await tables(connection)
    }
