"""Writing a whole site to a file, from one snapshot and row by row."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from parley.site.backup import database
from parley.site.transfer import private, public
from parley.site.transfer.format import VERSION, Header, header_line, row_line, writing

# Rows that are read at once: fewer where each may be a picture.
ROWS, LARGE_ROWS = 1_000, 4

OnRows = Callable[[int], None]


class TableExport(msgspec.Struct, frozen=True):
    """The rows of a table: the query that gives each as JSON, and how many are read at once."""

    table: str
    columns: list[str]
    query: str
    at_once: int


def selects(*, is_private: bool) -> dict[str, str]:
    """Return the queries of the tables of an export, in the order of its lines."""
    every = private.selects()
    return every if is_private else {table: public.SELECTS[table] for table in every if table in public.SELECTS}


async def export(url: str, path: Path, *, site: str, is_private: bool, on_total: OnRows, on_progress: OnRows) -> Header:
    """Write the site in the database at `url` to `path`, and return what the file has.

    `on_total` gets the number of rows, `on_progress` how many more are written.
    """
    # One snapshot: what is written meanwhile is not in the file, and no row refers to another that is missing.
    async with database.snapshot(url) as connection:
        parts = [await _part(connection, *item) for item in selects(is_private=is_private).items()]
        header = await _header(connection, parts, site, is_private=is_private)
        on_total(sum(header.rows.values()))
        with writing(path, private=is_private) as file:
            file.write(header_line(header))
            for part in parts:
                cursor = await connection.cursor(part.query)
                while rows := await cursor.fetch(part.at_once):
                    file.writelines(row_line(part.table, row[0]) for row in rows)
                    on_progress(len(rows))
    return header


async def _part(connection: Any, table: str, select: str) -> TableExport:
    types = {attribute.name: attribute.type.name for attribute in (await connection.prepare(select)).get_attributes()}
    columns = ", ".join(
        f"translate(encode(\"{name}\", 'base64'), E'\\n', '') as \"{name}\"" if kind == "bytea" else f'"{name}"'
        for name, kind in types.items()
    )
    query = f"select row_to_json(line)::text from (select {columns} from ({select}) found) line"  # noqa: S608 our own
    return TableExport(table, list(types), query, LARGE_ROWS if "bytea" in types.values() else ROWS)


async def _header(connection: Any, parts: list[TableExport], site: str, *, is_private: bool) -> Header:
    return Header(
        version=VERSION,
        site=site,
        private=is_private,
        taken_at=await connection.fetchval("select now()"),
        migrations=await database.migrations(connection),
        columns={part.table: part.columns for part in parts},
        rows={
            part.table: await connection.fetchval(f"select count(*) from ({part.query}) counted")  # noqa: S608 our own
            for part in parts
        },
    )
