"""What a database holds, table by table: how many rows, and a sum of hashes that no other rows would give."""

from typing import Any

import asyncpg
import msgspec

# A row's words depend on these.
SETTINGS = {
    "application_name": "parley backup",
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "statement_timeout": "0",
}
TABLES = """
select table_name from information_schema.tables
where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name
"""
# The order of rows does not matter to a sum; half an MD5 is enough where nobody tries to deceive.
CONTENTS = """
select count(*) as rows,
  coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0)::text as hash from only public."{}" t
"""


class Table(msgspec.Struct, frozen=True):
    rows: int
    hash: str


async def connect(url: str) -> Any:
    """A connection with all rights of the login, without time limits."""
    return await asyncpg.connect(url, server_settings=SETTINGS)


async def tables(connection: Any) -> list[str]:
    return [row[0] for row in await connection.fetch(TABLES)]


async def contents(connection: Any) -> dict[str, Table]:
    """What is in each table, as the open transaction sees it."""
    return {
        name: Table(*await connection.fetchrow(CONTENTS.format(name)))  # names of our own tables
        for name in await tables(connection)
    }
