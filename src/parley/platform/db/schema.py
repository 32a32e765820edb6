"""What Piccolo's tables lack: indexes and generated columns; and the SQL that creates all tables.

Columns, foreign keys, `Unique` and `Check` are Piccolo's. An `Index` is declared beside them, and the attribute's name
is its name in the database, as with theirs.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from piccolo.columns import BigInt, DoublePrecision, Text, Varchar
from piccolo.columns.base import Column
from piccolo.querystring import QueryString
from piccolo.table import Table


class Index:
    """An index: `on` lists columns or expressions, `where` makes it partial, `using` names the method."""

    def __init__(
        self, on: str, *, where: str = "", unique: bool = False, using: str = "btree", options: str = ""
    ) -> None:
        self.on, self.where, self.unique, self.using, self.options = on, where, unique, using, options
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def ddl(self, table: str) -> str:
        kind = "CREATE UNIQUE INDEX" if self.unique else "CREATE INDEX"
        method = f" USING {self.using}" if self.using != "btree" else ""
        options = f" WITH ({self.options})" if self.options else ""
        condition = f" WHERE {self.where}" if self.where else ""
        return f'{kind} {self.name} ON "{table}"{method} ({self.on}){options}{condition}'


class Generated(Column):
    """A stored column that PostgreSQL computes from others of its row; it cannot be written."""

    def __init__(self, expression: str, **options: Any) -> None:
        super().__init__(**options)
        self.expression = expression

    def get_default_value(self) -> QueryString:
        """Return what an insert writes, since the query builder lists every column."""
        return QueryString("DEFAULT")

    @property
    def ddl(self) -> str:
        needed = "" if self._meta.null else " NOT NULL"
        return (
            f'"{self._meta.db_column_name}" {self.column_type} GENERATED ALWAYS AS ({self.expression}) STORED{needed}'
        )


class GeneratedDouble(Generated, DoublePrecision):
    pass


class GeneratedVarchar(Generated, Varchar):
    pass


class TransactionId(BigInt):
    """The number of the transaction that inserts the row."""

    def __init__(self, **options: Any) -> None:
        super().__init__(null=False, default=None, **options)

    def get_default_value(self) -> QueryString:
        """Return what an insert writes, since the query builder lists every column."""
        return QueryString("DEFAULT")

    @property
    def ddl(self) -> str:
        return f'"{self._meta.db_column_name}" XID8 NOT NULL DEFAULT pg_current_xact_id()'


class Int8Multirange(Text):
    """Ranges of numbers."""

    @property
    def column_type(self) -> str:
        return "INT8MULTIRANGE"


class TsVector(Text):
    """The words of a text as PostgreSQL's text search stores them."""

    @property
    def column_type(self) -> str:
        return "TSVECTOR"


def indexes_of(table: type[Table]) -> list[Index]:
    """Return the indexes that a table declares. Its constraints have their own."""
    return [value for value in vars(table).values() if isinstance(value, Index)]


def table_ddl(table: type[Table]) -> Iterator[str]:
    """Yield the statements that create a table with its constraints and indexes."""
    name = table._meta.tablename  # noqa: SLF001 Piccolo's tables are described by it
    parts = [column.ddl for column in table._meta.columns]  # noqa: SLF001
    parts += [f"CONSTRAINT {constraint._meta.name} {constraint.ddl}" for constraint in table._meta.constraints]  # noqa: SLF001
    lines = ",\n  ".join(parts)
    yield f'CREATE TABLE "{name}" (\n  {lines}\n)'
    yield from (index.ddl(name) for index in indexes_of(table))


def ddl(tables: Sequence[type[Table]], more: str) -> str:
    """Return a script that creates these tables in their order in an empty database, and then runs `more`."""
    statements = (statement for table in tables for statement in table_ddl(table))
    return ";\n".join(statements) + ";\n\n" + more
