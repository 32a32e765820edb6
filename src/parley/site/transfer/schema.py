"""The JSON schema of the lines of an export (docs/export.schema.json)."""

from typing import Any

import msgspec
from piccolo.columns import Column

from parley.site.transfer import private
from parley.site.transfer.format import KIND, Header

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


def schema() -> dict[str, Any]:
    """Return the schema of a line. A public export has fewer tables and columns than it names."""
    _, structs = msgspec.json.schema_components([Header])
    lines = [_line(KIND, "The first line: what the file has.", structs["Header"])]
    lines += [_line(table, f"A row of {table}.", _row(columns)) for table, columns in private.columns().items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of an export of a Parley site",
        "oneOf": lines,
    }


def _line(kind: str, title: str, row: dict[str, Any]) -> dict[str, Any]:
    properties = {"kind": {"const": kind}, "row": row}
    return {"title": title, "type": "object", "required": ["kind", "row"], "properties": properties}


def _row(columns: list[Column]) -> dict[str, Any]:
    properties = {private.name_of(column): _column(column) for column in columns}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _column(column: Column) -> dict[str, Any]:
    kind = column.column_type
    if kind.endswith("[]"):
        described: dict[str, Any] = {"type": "array", "items": TYPES.get(kind.removesuffix("[]"), TEXT)}
    else:
        described = TYPES.get(kind, TEXT)
    may_be_null = column._meta.null and "type" in described  # noqa: SLF001 as in private.py
    return described | {"type": [described["type"], "null"]} if may_be_null else described
