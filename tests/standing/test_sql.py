"""PostgreSQL understands every SQL statement in the code: each column, table, function and type in it exists.

A statement that no test runs would otherwise fail only when somebody needs it.
"""

import asyncpg
import pytest

from tests.standing.statements import statements

pytestmark = pytest.mark.anyio


async def refused(url: str, statements: dict[str, str]) -> dict[str, str]:
    """What PostgreSQL says of those that it does not understand, by where they are."""
    said = {}
    connection = await asyncpg.connect(url)
    try:
        for sql, where in statements.items():
            try:
                await connection.prepare(sql)
            except asyncpg.PostgresError as error:
                if not is_part(sql, statements):
                    said[where] = f"{error} in {sql}"
    finally:
        await connection.close()
    return said


def is_part(sql: str, statements: dict[str, str]) -> bool:
    """Whether it stands in another statement, which is prepared as a whole."""
    return any(sql in one and sql != one for one in statements)


async def test_every_statement_is_understood(database: str) -> None:
    found = statements()

    assert await refused(database, found) == {}
    assert len(found) > 250


async def test_one_that_is_not_is_found(database: str) -> None:
    statement = "select no_such_column from comment"

    said = await refused(database, {statement: "here"})

    assert said == {"here": f'column "no_such_column" does not exist in {statement}'}
