"""The database: queries that return typed rows, from SQL or from Piccolo's query builder (docs/decisions/0003)."""

from typing import Any, TypeVar

import msgspec
from piccolo.query.methods.select import Select

from parley.platform.db.engine import (
    DB,
    NOW,
    SERVER_SETTINGS,
    Transaction,
    close_pool,
    expire_connections,
    open_pool,
    skip_reset,
)
from parley.platform.db.transactions import after_commit, atomic, in_transaction, when_committed

__all__ = [
    "DB",
    "NOW",
    "SERVER_SETTINGS",
    "Transaction",
    "after_commit",
    "atomic",
    "close_pool",
    "execute",
    "expire_connections",
    "fetch",
    "fetch_one",
    "in_transaction",
    "open_pool",
    "skip_reset",
    "value",
    "values",
    "when_committed",
]

Row = TypeVar("Row", bound=msgspec.Struct)


async def fetch(kind: type[Row], query: str | Select[Any], *args: Any) -> list[Row]:
    """Run `query` and return its rows as structs of `kind`, whose fields name the columns.

    `query` is SQL (with $1, $2 …), or a select of Piccolo's builder; one without columns reads those of `kind`.
    Raises TypeError when the columns are not the fields of `kind`.
    """
    if isinstance(query, str):
        return _structs(kind, await DB.read(query, args))
    if not query.columns_delegate.selected_columns:
        query = query.columns(*kind.__struct_fields__)
    return [kind(**row) for row in await query]


def _structs(kind: type[Row], records: list[Any]) -> list[Row]:
    if records and tuple(records[0].keys()) != kind.__struct_fields__:
        raise TypeError(f"{kind.__name__} has {kind.__struct_fields__}, the query {tuple(records[0].keys())}")
    return [kind(*record) for record in records]


async def fetch_one(kind: type[Row], query: str | Select[Any], *args: Any) -> Row | None:
    """As `fetch`, for at most one row."""
    rows = await fetch(kind, query, *args)
    return rows[0] if rows else None


async def value(query: str | Select[Any], *args: Any) -> Any:
    """Run `query`, as in `fetch`, and return the first column of its first row, or None."""
    return next(iter(await values(query, *args)), None)


async def values(query: str | Select[Any], *args: Any) -> list[Any]:
    """Run `query`, as in `fetch`, and return the first column of every row."""
    if isinstance(query, str):
        return [record[0] for record in await DB.read(query, args)]
    return [next(iter(row.values())) for row in await query]


async def execute(sql: str, *args: Any) -> int:
    """Run a statement and return how many rows it changed."""
    status: str = await DB.run("execute", sql, args)
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0
