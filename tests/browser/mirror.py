"""The demo in a language made up for tests, from right to left, whose members write Hebrew letters."""

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from parley.platform.local_servers.program import Web
from tests.browser.pages import Shown, every_page
from tests.browser.site import Site
from tests.hebrew import hebrew, write_hebrew

PROGRAM = Path(__file__).with_name("mirrored_program.py")


class MirroredWeb(Web):
    def command(self) -> list[str]:
        return [sys.executable, str(PROGRAM), self.name, *self.arguments]


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
