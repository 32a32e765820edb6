"""Members who can sign in, and the links they are mailed."""

import re
from collections.abc import Awaitable, Callable

import pytest
from litestar import Litestar

from parley.people.account_settings import signup_ops
from parley.platform import db
from tests.people.accounts.person import PASSWORD, Person


@pytest.fixture
async def mira(app: Litestar) -> Person:
    number, _ = await signup_ops.add_member(name="mira", email="mira@example.org", password=PASSWORD)
    return Person(number, "mira")


@pytest.fixture
async def jon(app: Litestar) -> Person:
    number, _ = await signup_ops.add_member(name="jon", email="jon@example.org", password=PASSWORD)
    return Person(number, "jon")


@pytest.fixture
def mailed() -> Callable[[str], Awaitable[str]]:
    """The path of the newest mailed link that begins with a word, such as "reset"."""

    async def path(word: str) -> str:
        text = await db.value("select text from mail where text like $1 order by id desc limit 1", f"%/{word}/%")
        found = re.search(rf"/{word}/\S+", text or "")
        assert found, f"no mail with a link to /{word}/"
        return found[0]

    return path
