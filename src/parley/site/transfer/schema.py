"""The JSON schema of the lines of an export (docs/export.schema.json)."""

from typing import Any

from piccolo.columns import Column

from parley.site.transfer import private
from parley.site.transfer.format import KIND, VERSION

TYPES: dict[str, dict[str, Any]] = {
    "BIGINT": {"type": "integer"},
    "BIGSERIAL": {"type": "integer"},
    "INTEGER": {"type": "integer"},
    "SERIAL": {"type": "integer"},
    "SMALLINT": {"type": "integer"},
    "DOUBLE PRECISION": {"type": "number"},
    "BOOLEAN": {"type": "boolean"},
    "BYTEA": {"type": "string", "contentEncoding": "base64"},
    "JSONB": {},
}
TEXT: dict[str, Any] = {"type": "string"}
HEADER: dict[str, Any] = {
    "title": "The first line: what the file has.",
    "type": "object",
    "required": ["kind", "row"],
    "properties": {
        "kind": {"const": KIND},
        "row": {
            "type": "object",
            "required": ["version", "site", "private", "taken_at", "migrations", "columns", "rows"],
            "properties": {
                "version": {"const": VERSION},
                "site": {"type": "string", "description": "The address of the site."},
                "private": {"type": "boolean"},
                "taken_at": {"type": "string", "format": "date-time"},
                "migrations": {"type": "array", "items": TEXT},
                "columns": {"type": "object", "description": "The columns of each table, in the order of the lines."},
                "rows": {"type": "object", "description": "The number of lines of each table."},
            },
        },
    },
}


def schema() -> dict[str, Any]:
    """Return the schema of a line. A public export has fewer tables and columns than it names."""
    tables = [_table(table, columns) for table, columns in private.columns().items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of an export of a Parley site",
        "oneOf": [HEADER, *tables],
    }


def _table(table: str, columns: list[Column]) -> dict[str, Any]:
    row = {
        "type": "object",
        "properties": {private.name_of(column): _column(column) for column in columns},
        "additionalProperties": False,
    }
    return {
        "title": f"A row of {table}.",
        "type": "object",
        "required": ["kind", "row"],
        "properties": {"kind": {"const": table}, "row": row},
    }


def _column(column: Column) -> dict[str, Any]:
    kind = column.column_type
    if kind.endswith("[]"):
        described: dict[str, Any] = {"type": "array", "items": TYPES.get(kind.removesuffix("[]"), TEXT)}
    else:
        described = TYPES.get(kind, TEXT)
    may_be_null = column._meta.null and "type" in described  # noqa: SLF001 as in private.py
    return described | {"type": [described["type"], "null"]} if may_be_null else described
