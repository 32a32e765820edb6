"""A database knows when it is migrated, and every template is sound."""

import re

import pytest
from litestar import Litestar

from parley.platform import db
from parley.platform.db.migrated import is_migrated, known_migrations
from parley.platform.http.environment import environment
from tests import make

pytestmark = pytest.mark.anyio

TEMPLATES = environment().list_templates(extensions=["html", "txt"])


async def test_a_database_knows_when_it_is_migrated(app: Litestar) -> None:
    assert await is_migrated()

    async with make.as_owner():
        await db.execute("delete from migration where name = $1", max(known_migrations()))

    assert not await is_migrated()


FOLDERS = sorted({name.rpartition("/")[0] for name in TEMPLATES})


def in_folder(folder: str) -> list[str]:
    return [name for name in TEMPLATES if name.rpartition("/")[0] == folder]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_template_compiles(folder: str) -> None:
    for name in in_folder(folder):
        environment().get_template(name)


# Data for search engines is in an element of that name too, and no browser runs it.
SCRIPT = r'<script(?! src| type="application/ld\+json")'
INLINE = re.compile(rf"<style|\sstyle=|\son\w+=|{SCRIPT}|javascript:|hx-on", re.IGNORECASE)
UNESCAPED = re.compile(r"\|\s*safe\b")
# The macro of a field takes attributes that its callers spell out.
MAY_NOT_ESCAPE = {"_macros/ui.html"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_template_holds_inline_style_or_script(folder: str) -> None:
    sources = {name: environment().loader.get_source(environment(), name)[0] for name in in_folder(folder)}  # type: ignore[union-attr]
    assert {name: found for name, source in sources.items() if (found := INLINE.findall(source))} == {}
    assert {name for name, source in sources.items() if UNESCAPED.search(source)} <= MAY_NOT_ESCAPE
