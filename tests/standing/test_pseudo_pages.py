"""Pages in a made-up language: what they say is a message, a value, a member's words, or still a sentence of Python."""

import ast
import calendar
import re
from collections.abc import AsyncIterator
from functools import cache

import pytest
from litestar import Litestar

import make
from conftest import ROOT
from parley.comments import fragments
from parley.community.queries import default_rules
from parley.core import db
from parley.core.http import pages
from parley.core.text import messages, zones
from pseudo import outside, pseudo
from spoken import spoken
from standing.world import World, build, gets, walk

pytestmark = pytest.mark.anyio

WORD = re.compile(r"[^\W\d_]{2,}")
COLUMNS = """
select table_name as table, column_name as column from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type in ('text', 'character varying')
"""
# Where Python puts a value into a sentence.
VALUE = re.compile(r"%[.\d]*[sdf]|\{\w*\}")
# The name of the software as the masthead draws it, and what `day` in core/http/pages.py writes.
NAMES = {"parl", "parley"} | {month.lower() for month in [*calendar.month_name, *calendar.month_abbr] if month}


@pytest.fixture
async def foreign(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """The small forum, whose pages are in the made-up language."""
    forget()
    monkeypatch.setattr(messages, "translated", pseudo)
    yield await build()
    forget()


def forget() -> None:
    compiled = pages.environment().cache
    assert compiled is not None
    compiled.clear()
    fragments._cache.clear()


async def words_of_rows() -> set[str]:
    """The words that stand in any row (members' own, names, the chosen words of a column), in the rules, in zones."""
    texts = [default_rules(), *zones.known()]
    for table, column in await db.DB.read(COLUMNS, ()):
        texts += await db.values(f'select distinct "{column}" from "{table}" where "{column}" is not null')
    return {word.lower() for text in texts for word in WORD.findall(text)}


@cache
def of_python() -> tuple[set[str], re.Pattern[str]]:
    """The texts that Python's code spells out, and a pattern of those with values in them."""
    trees = [ast.parse(file.read_text()) for file in (ROOT / "src" / "parley").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    plain = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    filled = [VALUE.split(text) for text in plain if VALUE.search(text)]
    filled += [
        [part.value if isinstance(part, ast.Constant) else "\0" for part in node.values]
        for node in nodes
        if isinstance(node, ast.JoinedStr)
    ]
    patterns = [
        ".*".join(re.escape(part) if part != "\0" else "" for part in parts)
        for parts in filled
        if sum(len(WORD.findall(part)) for part in parts) > 1
    ]
    return {text.strip(" .,:;").lower() for text in plain}, re.compile("|".join(patterns), re.IGNORECASE | re.DOTALL)


def untranslated(html: str, known: set[str]) -> set[str]:
    """The texts of a page in no brackets, but those of rows and of Python."""
    plain, filled = of_python()
    parts = {part.strip(" .,:;“”()") for part in re.split(r"[\n·]", outside("\n".join(spoken(html))))}
    said = {part for part in parts if set(WORD.findall(part.lower())) - known}
    return {part for part in said if part.lower() not in plain and not filled.fullmatch(part)}


# Of what moderators see, much is put together in Python; their templates are held by test_messages.py.
@pytest.mark.parametrize("role", ["visitor", "member"])
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
