"""A member who can sign in, and what a mailed link looks like."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from litestar import Litestar

from parley.accounts import ops
from parley.core import db

PASSWORD = "four unrelated green words"


class Person:
    """A member with their password and address."""

    def __init__(self, number: int, name: str) -> None:
        self.id, self.name = number, name
        self.password = PASSWORD
        self.email = f"{name}@example.org"

    async def sign_in(self, client: httpx.AsyncClient) -> httpx.Response:
        return await client.post("/login", data={"login": self.name, "password": self.password})


@pytest.fixture
async def mira(app: Litestar) -> Person:
    number, _ = await ops.add_member(name="mira", email="mira@example.org", password=PASSWORD)
    return Person(number, "mira")


@pytest.fixture
async def jon(app: Litestar) -> Person:
    number, _ = await ops.add_member(name="jon", email="jon@example.org", password=PASSWORD)
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
