"""Whatever text got into the database, however it got there, no page runs it or asks for what it names."""

import re
from collections.abc import AsyncIterator
from html import escape
from pathlib import Path
from urllib.parse import urldefrag

import asyncpg
import pytest

from parley.extraction.html.sanitiser import sanitise
from parley.people.accounts import names as accounts
from parley.platform.text import markdown
from parley.site.demo import PASSWORD
from tests.browser.conftest import OpenTab
from tests.browser.pages import every_page
from tests.browser.site import Site
from tests.browser.tab import Tab

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

POLYGLOT = (
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//</stYle/</titLe/</teXtarEa/</scRipt/--!>"
    "<sVg/oNloAd=alert()//><img src=xss onerror=alert()>{{7*7}}<hx-partial hx-target=body>xss</hx-partial>"
)
SHORT = "\"'><svg/onload=alert()>"
# Text of which the code makes markup, never shown as it stands: sanitised when it is written.
MARKUP = {
    ("comment", "html"): markdown.render(POLYGLOT),
    ("passage", "html"): f"<p>{sanitise(POLYGLOT, flat=True)}</p>",
    # Signing in on a new browser sends a letter: to an address as hostile as one can be.
    ("member", "email"): "'onerror='xss'{{7*7}}@example.org",
    # A letter as our templates draw it, which escape what was written.
    ("mail", "html"): f"<p>{escape(POLYGLOT)}</p>",
}
# What is looked up or compared: another value only hides the rows from every page.
KEPT = {"password_hash", "name_key", "email_key", "hash", "purpose", "part"}
# Columns of chosen words and of keys, where PostgreSQL itself refuses anything else.
REFUSED = {"role", "state", "display", "stance", "axis", "slug", "topic", "dir", "source", "kind", "anchor", "assisted"}
REFUSED |= {"action", "guideline", "outcome", "channel", "level", "frequency", "list"}
REFUSED |= {"allowed", "density", "marks", "mode", "restricted", "sign_up", "verdict"}
COLUMNS = """
select c.table_name, c.column_name, c.character_maximum_length from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type in ('text', 'character varying')
and c.is_generated = 'NEVER' and c.table_name <> 'migration' order by 1, 2
"""
# At least so many of the pages are there for each.
GIVEN = {"visitor": 40, "member": 50, "admin": 60}
# Every page is laid out, which costs least where little is on the screen.
SMALL = {"width": 390, "height": 640}
SCRIPT_LINKS = "() => [...document.links].filter(link => link.protocol === 'javascript:').map(link => link.outerHTML)"
# A file to keep is no page.
LINKS = """() => [...document.links]
    .filter(link => link.origin === location.origin && !link.pathname.endsWith('.csv')).map(link => link.href)"""


async def poison(connection: asyncpg.Connection) -> set[str]:
    """Put the polyglot into every row's every text; return the names of the columns that refuse it."""
    refused: set[str] = set()
    await connection.execute("alter table mod_action disable trigger user")
    for table, column, most in await connection.fetch(COLUMNS):
        if column in KEPT:
            continue
        value = MARKUP.get((table, column)) or (POLYGLOT if most is None or most > len(POLYGLOT) else SHORT)
        # Each row's own ending keeps unique values apart.
        numbered = f"""update {table} set {column} = left($1, {most or 10_000} - 4) || n.row
                       from (select ctid, row_number() over () as row from {table}) n where {table}.ctid = n.ctid"""
        try:
            async with connection.transaction():
                await connection.execute(numbered, value)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.StringDataRightTruncationError):
            refused.add(column)
    for member, name in await connection.fetch("select id, name from member"):
        await connection.execute("update member set name_key = $1 where id = $2", accounts.key(name), member)
    return refused


@pytest.fixture(scope="session")
async def poisoned(site: Site, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder: Path = tmp_path_factory.mktemp("poisoned")
    with site.copied(folder, "poisoned") as copy:
        async with copy.connection() as connection:
            shown = await every_page(copy)
            refused = await poison(connection)
        assert refused <= REFUSED, sorted(refused - REFUSED)
        copy.made["pages"] = [one.path for one in shown]
        with copy.serving():
            yield copy


# Slow: it lays out every page three times. test_hostile.py looks at the markup of every form's answer.
@pytest.mark.slow
@pytest.mark.parametrize("role", ["visitor", "member", "admin"])
async def test_a_polyglot_in_every_text_does_nothing_on_any_page(poisoned: Site, open_tab: OpenTab, role: str) -> None:
    tab = await open_tab(address=poisoned.address, viewport=SMALL)
    if role != "visitor":
        name = await poisoned.value("select name from member where role = $1 and state = 'active' limit 1", role)
        await tab.post("/login", login=name, password=PASSWORD)
    given = [poisoned.address + path for path in poisoned.made["pages"] if await shows(tab, path)]
    assert len(given) > GIVEN[role]
    # A visitor sees less of the same pages as an admin: one of each kind will do.
    first = list({kind_of(one): one for one in reversed(given)}.values()) if role == "visitor" else given
    assert len(await crawl(tab, list(first))) > len(first)
    await tab.open("/t/1/x")
    assert "onerror=alert()" in await tab.page.inner_text("h1")
    caused = [one.url for one in tab.requests if one.resource_type != "document" and "xss" in one.url]
    assert caused == []


async def shows(tab: Tab, path: str) -> bool:
    """Whether there is a page for the tab's viewer, not only the way to sign in."""
    answer = await tab.context.request.get(tab.address + path, max_redirects=0)
    return answer.status != 303


def kind_of(url: str) -> str:
    """The address without its numbers, names and chosen values: which page it is."""
    path, _, query = url.partition("?")
    names = re.findall(r"(?:^|&)(\w+)=", query)
    return re.sub(r"\d+", "0", re.sub(r"(/t/\d+|/u)/.*", r"\1", path)) + "?" + "&".join(sorted(names))


async def crawl(tab: Tab, todo: list[str]) -> list[str]:
    """Open the pages, and one of each further kind that they lead to; return what was opened."""
    kinds: set[str] = set()
    seen: list[str] = []
    given = len(todo)
    while todo:
        url = urldefrag(todo.pop(0)).url
        kind = kind_of(url)
        if url in seen or (len(seen) >= given and kind in kinds):
            continue
        kinds.add(kind)
        seen.append(url)
        await tab.page.goto(url, wait_until="load")
        assert await tab.page.evaluate(SCRIPT_LINKS) == [], url
        todo += await tab.page.evaluate(LINKS)
    return seen
