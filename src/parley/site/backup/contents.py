"""The contents of a database for comparison: each table's number of rows and a checksum of them."""

from typing import Any

import asyncpg
import msgspec

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
# A sum does not depend on the order of rows. Half an MD5 is enough, since this is not a defence against forgery.
SELECT_CONTENTS = """
select count(*) as rows,
  coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0)::text as hash from only public."{}" t
"""


class Table(msgspec.Struct, frozen=True):
    rows: int
    hash: str


async def connect(url: str) -> Any:
    """Return a connection with all rights of the login, without time limits."""
    return await asyncpg.connect(url, server_settings=SETTINGS)


async def tables(connection: Any) -> list[str]:
    return [row[0] for row in await connection.fetch(SELECT_TABLES)]


async def contents(connection: Any) -> dict[str, Table]:
    """Return the row count and checksum of each table in the open transaction."""
    return {
        name: Table(*await connection.fetchrow(SELECT_CONTENTS.format(name)))  # names of our own tables
        for name in await tables(connection)
    }
