"""Reading a whole site from a file into a new installation: all of it, or nothing."""

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from parley.platform.errors import CommandFailed
from parley.site.backup import database
from parley.site.transfer import private
from parley.site.transfer.format import ExportLine, Header, LineReader, reading

# The most that one statement inserts.
ROWS_AT_ONCE, BYTES_AT_ONCE = 500, 2_000_000

SELECT_COLUMNS = """
select attname, format_type(atttypid, atttypmod) from pg_attribute
where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
"""
# PostgreSQL may look for the sequence before it looks at the schema, so the name has both.
SELECT_SERIALS = """
select table_name, column_name, pg_get_serial_sequence(format('%I.%I', table_schema, table_name), column_name)
from information_schema.columns
where table_schema = 'public'
  and pg_get_serial_sequence(format('%I.%I', table_schema, table_name), column_name) is not null
"""
# Passages of several revisions have the same number, from a sequence of its own.
SET_LINEAGE = "select setval('lineage', greatest((select max(lineage) from passage), 1))"


class Imported(msgspec.Struct, frozen=True):
    """How many rows were added: 0 if all of them were there already."""

    header: Header
    added: int


async def import_site(url: str, path: Path, *, dry_run: bool, on_progress: Callable[[int], None]) -> Imported:
    """Import a file into the migrated database at `url`, and return how many rows that added.

    `on_progress` gets how many more rows were read. Raises CommandFailed if the file cannot be read, is of another
    version, or the installation has other content; nothing is changed then.
    """
    with reading(path) as reader:
        try:
            async with database.connected(url) as connection:
                return await _import(connection, reader, dry_run=dry_run, on_progress=on_progress)
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.UndefinedColumnError) as error:
            raise CommandFailed(
                f"{path.name} has a row that cannot be imported: {error}. Nothing was changed."
            ) from None
        except asyncpg.DeadlockDetectedError:
            raise CommandFailed(
                "Parley changed the same tables at that moment. Nothing was changed: import the file again."
            ) from None


async def _import(
    connection: Any, reader: LineReader, *, dry_run: bool, on_progress: Callable[[int], None]
) -> Imported:
    header, tables = reader.header, list(private.selects())
    if header.migrations != await database.migrations(connection) or not header.columns.keys() <= set(tables):
        raise CommandFailed("The file was made by another version of Parley. Update the older of the two first.")
    transaction = connection.transaction()
    await transaction.start()
    try:
        is_new = await _open(connection, tables)
        added = await _add_all(connection, reader, on_progress, is_new=is_new)
    except BaseException:
        await transaction.rollback()
        raise
    if dry_run or not added:
        await transaction.rollback()
    else:
        # Only for rows that were added: a worker may have locked older events, and wait for our locks of tables.
        await connection.execute(database.RENUMBER_EVENTS)
        await _set_triggers(connection, tables, "enable")
        await _continue_sequences(connection)
        await transaction.commit()
        await connection.execute("analyze")
    return Imported(header, added)


async def _open(connection: Any, tables: list[str]) -> bool:
    """Prepare for rows that bring their own numbers and hashes, and remove what a new installation begins with.

    Returns whether the installation is new. This locks the tables first, so that nobody can sign up meanwhile.
    """
    await _set_triggers(connection, tables, "disable")
    is_new = not await connection.fetchval(database.HAS_CONTENT)
    if is_new:
        await connection.execute(f"truncate {', '.join(tables)} cascade")
    return is_new


async def _set_triggers(connection: Any, tables: list[str], how: str) -> None:
    for table in tables:
        await connection.execute(f"alter table {table} {how} trigger user")


async def _add_all(connection: Any, reader: LineReader, on_progress: Callable[[int], None], *, is_new: bool) -> int:
    """Insert the rows of the file, and return how many were not there. Raises CommandFailed if some are missing."""
    added, read = 0, dict.fromkeys(reader.header.rows, 0)
    for table, lines in groupby(reader.lines(), key=lambda line: line.kind):
        if table not in read:
            raise CommandFailed(f"The file has rows of {table}, which its first line does not name.")
        insert = await _insert(connection, table, reader.header.columns[table])
        for batch in _batches(lines):
            status = await connection.execute(insert, f"[{b','.join(bytes(line.row) for line in batch).decode()}]")
            added += int(status.rpartition(" ")[2])
            read[table] += len(batch)
            on_progress(len(batch))
    if read != reader.header.rows:
        raise CommandFailed("The file is not complete. Nothing was changed.")
    # Rows must not come among those of another site, or of this one as it was later.
    if added and not is_new:
        raise CommandFailed(
            "This installation has content of its own. Nothing was changed. Import into a new one, such as "
            "--data elsewhere."
        )
    return added


def _batches(lines: Iterator[ExportLine]) -> Iterator[list[ExportLine]]:
    batch: list[ExportLine] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(bytes(line.row))
        if len(batch) >= ROWS_AT_ONCE or size >= BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


async def _insert(connection: Any, table: str, columns: list[str]) -> str:
    """Return the statement that inserts an array of rows. Raises CommandFailed for a column that is not here."""
    types: dict[str, str] = {row[0]: row[1] for row in await connection.fetch(SELECT_COLUMNS, table)}
    unknown = [name for name in columns if name not in types]
    if unknown:
        raise CommandFailed(f"The file has columns of {table} that are not here: {', '.join(unknown)}.")
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f"decode(\"{name}\", 'base64')" if types[name] == "bytea" else f'"{name}"' for name in columns)
    given = ", ".join(f'"{name}" {"text" if types[name] == "bytea" else types[name]}' for name in columns)
    return f"""
    insert into {table} ({names}) select {values} from json_to_recordset($1::json) as row ({given})
    on conflict do nothing
    """  # noqa: S608 names of our own tables and columns


async def _continue_sequences(connection: Any) -> None:
    """Have sequences continue after the rows that were inserted."""
    for table, column, sequence in await connection.fetch(SELECT_SERIALS):
        await connection.execute(
            f'select setval($1::text::regclass, greatest((select max("{column}") from "{table}"), 1))',  # noqa: S608 ours
            sequence,
        )
    await connection.execute(SET_LINEAGE)
