"""A database knows when it is migrated, and every template is sound."""

import re

import pytest
from litestar import Litestar

import make
from parley.core import db
from parley.core.db.migrated import is_migrated, known
from parley.core.http.pages import environment

pytestmark = pytest.mark.anyio

TEMPLATES = environment().list_templates(extensions=["html", "txt"])


async def test_a_database_knows_when_it_is_migrated(app: Litestar) -> None:
    assert await is_migrated()

    async with make.as_owner():
        await db.execute("delete from migration where name = $1", max(known()))

    assert not await is_migrated()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(name: str) -> None:
    environment().get_template(name)


# Data for search engines is in an element of that name too, and no browser runs it.
SCRIPT = r'<script(?! src| type="application/ld\+json")'
INLINE = re.compile(rf"<style|\sstyle=|\son\w+=|{SCRIPT}|javascript:|hx-on", re.IGNORECASE)
UNESCAPED = re.compile(r"\|\s*safe\b")
# The macro of a field takes attributes that its callers spell out.
MAY_NOT_ESCAPE = {"_macros/ui.html"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_holds_inline_style_or_script(name: str) -> None:
    source = environment().loader.get_source(environment(), name)[0]  # type: ignore[union-attr]
    assert INLINE.findall(source) == []
    assert name in MAY_NOT_ESCAPE or UNESCAPED.findall(source) == []
