"""Pages in a made-up language: what they say is a message, a value or a member's words."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

import make
from parley.comments import fragments
from parley.community.queries import default_rules
from parley.core import db
from parley.core.http import pages
from parley.core.text import messages, zones
from parley.mail import writing
from pseudo import NAMES, WORD, pseudo, untranslated
from standing.world import ROLES, World, build, gets, walk

pytestmark = pytest.mark.anyio

COLUMNS = """
select table_name as table, column_name as column from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type in ('text', 'character varying')
"""


@pytest.fixture
async def foreign(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """The small forum, whose pages and letters are in the made-up language."""
    forget()
    monkeypatch.setattr(messages, "translated", pseudo)
    yield await build()
    forget()


def forget() -> None:
    for environment in (pages.environment(), writing._plain()):
        assert environment.cache is not None
        environment.cache.clear()
    fragments._cache.clear()


async def words_of_rows() -> set[str]:
    """The words that stand in any row (members' own, names, the chosen words of a column), in the rules, in zones."""
    texts = [default_rules(), *zones.known()]
    for table, column in await db.DB.read(COLUMNS, ()):
        texts += await db.values(f'select distinct "{column}" from "{table}" where "{column}" is not null')
    return {word.lower() for text in texts for word in WORD.findall(text)}


def test_a_sentence_that_is_no_message_is_found() -> None:
    html = "<p>⟦Ñóbódy réviéwéd⟧ mira · Nobody reviewed this</p>"

    assert untranslated(html, {"mira"}) == {"Nobody reviewed this"}


@pytest.mark.parametrize("role", ROLES)
async def test_a_page_says_nothing_else_than_messages(foreign: World, app: Litestar, role: str) -> None:
    known = await words_of_rows() | NAMES
    found: set[str] = set()
    async with make.browser(app) as client:
        await foreign.sign_in(client, role)
        async for address, text in walk(client, await gets(app, foreign)):
            found |= (
                {f"{address}: {part}" for part in untranslated(text, known)} if text.lstrip().startswith("<") else set()
            )

    assert sorted(found) == []
