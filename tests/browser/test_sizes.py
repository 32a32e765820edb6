"""Every page at the sizes between the smallest phone and the widest desk."""

import pytest
from playwright.async_api import Page

from browser.conftest import OpenTab
from browser.pages import every_page
from browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

# What reaches beyond the right edge, but for what scrolls or hides within an element of its own.
BEYOND = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => `${one.tagName}.${one.className}`).slice(0, 5)"""


async def beyond(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(BEYOND)
    return found


@pytest.mark.parametrize(
    "width", [320, pytest.param(720, marks=pytest.mark.slow), pytest.param(1100, marks=pytest.mark.slow)]
)
async def test_no_page_scrolls_sideways(site: Site, open_tab: OpenTab, width: int) -> None:
    pages = await every_page(site)
    found: dict[str, list[str]] = {}
    for viewer in dict.fromkeys(page.viewer for page in pages):
        tab = await open_tab(viewer, viewport={"width": width, "height": 640}, reduced_motion="reduce")
        for shown in [page for page in pages if page.viewer == viewer]:
            await tab.page.goto(tab.address + shown.path)
            if out := await beyond(tab.page):
                found[shown.name] = out
    assert found == {}
