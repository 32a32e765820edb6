"""A database knows when it is migrated, and every template is sound."""

import pytest
from litestar import Litestar

import make
from parley.core import db
from parley.core.db.migrated import is_migrated, known
from parley.core.http.pages import environment

pytestmark = pytest.mark.anyio


async def test_a_database_knows_when_it_is_migrated(app: Litestar) -> None:
    assert await is_migrated()

    async with make.as_owner():
        await db.execute("delete from migration where name = $1", max(known()))

    assert not await is_migrated()


@pytest.mark.parametrize("name", environment().list_templates(extensions=["html", "txt"]), ids=lambda name: name)
def test_every_template_compiles(name: str) -> None:
    environment().get_template(name)


def test_no_template_holds_inline_style_or_script() -> None:
    env = environment()
    for name in env.list_templates(extensions=["html"]):
        source = env.loader.get_source(env, name)[0].lower()  # type: ignore[union-attr]
        for banned in (" style=", "<style", " onclick", " onload", "javascript:", "hx-on", "|safe"):
            assert banned not in source or (banned == "|safe" and name == "_macros/ui.html"), (name, banned)
