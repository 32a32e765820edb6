"""Chromium on a whole installation with the demo in it, one for all these tests."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, StorageState

from parley.site.demo import PASSWORD
from tests.browser.axe import AXE
from tests.browser.site import Site, running
from tests.browser.tab import Tab
from tests.chromium import PATIENCE_MS, browser

WIDE = {"width": 1440, "height": 900}
__all__ = ["browser"]

OpenTab = Callable[..., Awaitable[Tab]]


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="parley-browser-") as folder, running(Path(folder) / "data") as installed:
        yield installed


@pytest.fixture(autouse=True)
def db() -> None:
    """Nothing to roll back here: the site has servers of its own."""


@pytest.fixture(scope="session")
def sign_ins() -> dict[str, StorageState]:
    """The cookies of members who signed in before."""
    return {}


@pytest.fixture
async def open_tab(site: Site, browser: Browser, sign_ins: dict[str, StorageState]) -> AsyncIterator[OpenTab]:
    """Open tabs, each in a browser of its own, as a visitor or as a member of the demo."""
    tabs: list[Tab] = []

    async def open_one(name: str | None = None, *, address: str = "", **options: Any) -> Tab:
        if name and name not in sign_ins:
            sign_ins[name] = await _sign_in(browser, site.address, name)
        state = sign_ins[name] if name else None
        context = await browser.new_context(storage_state=state, **({"viewport": WIDE} | options))
        context.set_default_timeout(PATIENCE_MS)
        tab = Tab(await context.new_page(), address or site.address)
        await tab.watch()
        tabs.append(tab)
        return tab

    yield open_one
    for tab in tabs:
        await tab.context.close()
    assert [fault for tab in tabs for fault in tab.faults] == []


async def _sign_in(browser: Browser, address: str, name: str) -> StorageState:
    context = await browser.new_context()
    answer = await context.request.post(f"{address}/login", form={"login": name, "password": PASSWORD})
    assert answer.ok, await answer.text()
    state = await context.storage_state()
    await context.close()
    return state


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: `npm ci --ignore-scripts` brings it")
    return AXE.read_text()
