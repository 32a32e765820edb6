"""A decision reads and locks each row once."""

import re
from collections import Counter
from contextlib import AbstractContextManager

import httpx
import pytest
from asyncpg.connection import LoggedQuery
from litestar import Litestar

from parley.platform.db import DB
from tests import make
from tests.moderation.modqueue.reported import removal, reported

pytestmark = pytest.mark.anyio

# Statements of the request that removes a reported comment, without begin and commit of its two transactions.
MOST = 30
IS_TRANSACTION = re.compile("savepoint|release savepoint|begin|commit", re.IGNORECASE)
LOCKED = re.compile(
    r"from (?:turn (?:cross )?join )?\"?(\w+)\b(?!.*\bfrom\b).*for (?:no key )?update", re.IGNORECASE | re.DOTALL
)


def logged(statements: list[str]) -> AbstractContextManager[None]:
    """Append each statement of the test's connection."""

    def log(record: LoggedQuery) -> None:
        if not IS_TRANSACTION.match(record.query):
            statements.append(record.query)

    connection = DB.current_transaction.get().connection  # type: ignore[union-attr]
    found: AbstractContextManager[None] = connection.query_logger(log)
    return found


async def test_a_decision_locks_each_row_once_and_takes_few_statements(
    app: Litestar, client: httpx.AsyncClient
) -> None:
    await make.sign_in(client, await make.member("mo", role="moderator"))
    item = await reported()
    fields = await removal(item)
    # Fill the caches of the process first.
    await client.get(f"/mod/item/{item}")
    statements: list[str] = []

    with logged(statements):
        answer = await client.post(f"/mod/item/{item}/decide", data=fields)

    assert answer.status_code == 303
    locks = Counter(found.group(1) for one in statements if (found := LOCKED.search(one)))
    for table in ("thread", "comment", "member"):
        assert locks[table] == 1, statements
    assert len(statements) <= MOST, statements
