"""The demo in a language made up for tests, from right to left, whose members write Hebrew letters."""

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from browser.pages import Shown, every_page
from browser.site import Site
from hebrew import hebrew
from parley.accounts import names as accounts
from parley.embedded.program import Web

PROGRAM = Path(__file__).with_name("mirrored_program.py")
# What members and operators write, and nobody else: each table's columns of text and of markup.
WORDS = {
    "article": ["site"],
    "revision": ["title", "byline", "reason"],
    "passage": ["text", "html"],
    "topic": ["name"],
    "guideline": ["title", "text"],
    "thread": ["title", "state_reason"],
    "member": ["name", "title", "bio", "state_reason"],
    "comment": ["body", "html", "quote", "prefix", "suffix", "imported_author", "collapsed", "statement"],
    "comment_version": ["body", "statement"],
    "statement_proposal": ["text"],
    "report": ["text", "name"],
    "decision": ["reason"],
    "appeal": ["text", "answer"],
    "note": ["text"],
    "mod_action": ["reason"],
    "suggested_update": ["answer"],
    "article_import": ["title"],
    "rule": ["name"],
    "hit": ["matched"],
}


class MirroredWeb(Web):
    def command(self) -> list[str]:
        return [sys.executable, str(PROGRAM), self.name, *self.arguments]


async def write_hebrew(connection: asyncpg.Connection) -> None:
    """Put every member's words into Hebrew letters."""
    await connection.execute("alter table mod_action disable trigger mod_action_stays")
    for table, columns in WORDS.items():
        rows = await connection.fetch(f"select ctid, {', '.join(columns)} from {table}")
        sets = ", ".join(f"{column} = ${number}" for number, column in enumerate(columns, 2))
        values = [(row[0], *(one and hebrew(one) for one in row[1:])) for row in rows]
        await connection.executemany(f"update {table} set {sets} where ctid = $1", values)
    for member, name in await connection.fetch("select id, name from member"):
        await connection.execute("update member set name_key = $1 where id = $2", accounts.key(name), member)


def renamed(page: Shown) -> Shown:
    """A page at its address now that the members have other names."""
    path = page.path
    for name in ("mira", "priya"):
        path = path.replace(f"/{name}", f"/{hebrew(name)}")
    return replace(page, path=path, viewer=page.viewer and hebrew(page.viewer))


@pytest.fixture(scope="session")
async def mirror(site: Site, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A copy of the site that serves; `made["pages"]` are its pages."""
    with site.copied(tmp_path_factory.mktemp("mirror"), "mirror") as copy:
        pages = await every_page(copy)
        async with copy.connection() as connection:
            await write_hebrew(connection)
        copy.made["pages"] = [renamed(page) for page in pages]
        copy.web = MirroredWeb(copy.web.run, copy.settings, copy.web.port)
        with copy.serving():
            yield copy
