"""A thousand members who open a live stream at the same moment, as after a restart: all are served."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from parley.people.accounts import tokens
from parley.platform import db
from tests import make
from tests.interfaces.live.forum import Forum, Web

pytestmark = [pytest.mark.anyio]

MEMBERS = 1_000
SECONDS = 120
COOKIES = [f"{number:043}" for number in range(MEMBERS)]
INSERT_SESSIONS = """
with made as (
    insert into member (name, name_key, email, email_key, state)
    select 'crowd' || n, 'crowd' || n, 'crowd' || n || '@example.org', 'crowd' || n || '@example.org', 'active'
    from generate_series(1, cardinality($1::bytea[])) n returning id
)
insert into session (member, token_hash, expires_at)
select id, ($1::bytea[])[row_number() over ()], now() + interval '1 day' from made
"""


class Crowd:
    """Browsers, each behind a network of its own, and their streams."""

    def __init__(self, web: Web, thread: int) -> None:
        self._web, self._thread = web, thread
        self.writers: list[asyncio.StreamWriter] = []

    async def open(self, number: int) -> str:
        """Open the stream of one member, and return the status of the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._web.port)
        self.writers.append(writer)
        head = (
            f"GET /t/{self._thread}/live?last=0 HTTP/1.1",
            f"Host: localhost:{self._web.port}",
            f"Cookie: parley={COOKIES[number]}",
            f"X-Forwarded-For: 10.{number // 256}.{number % 256}.1",
        )
        writer.write("\r\n".join([*head, "\r\n"]).encode())
        return (await reader.readline()).split()[1].decode()


@pytest.fixture
async def crowd(forum: Forum, thread: int) -> AsyncIterator[Crowd]:
    # Each of them missed comments, so what they blocked has to be known.
    for _ in range(3):
        await make.comment(thread, await make.member())
    await db.execute(INSERT_SESSIONS, [tokens.digest(cookie) for cookie in COOKIES])
    web = forum.web("--proxy=127.0.0.1")
    one = Crowd(web, thread)
    yield one
    for writer in one.writers:
        writer.close()
    web.kill()


async def test_a_thousand_members_who_open_streams_at_once_are_all_served(crowd: Crowd) -> None:
    async with asyncio.timeout(SECONDS):
        answers = await asyncio.gather(*(crowd.open(number) for number in range(MEMBERS)))
    assert Counter(answers) == {"200": MEMBERS}
