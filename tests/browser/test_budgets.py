"""What a reader's browser has to fetch, and what it is given to keep."""

import gzip
from pathlib import Path

import pytest
from playwright.async_api import Request

from tests.browser.conftest import OpenTab
from tests.browser.pages import every_page
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

STATIC = Path(__file__).parents[2] / "static"


@pytest.mark.parametrize(("files", "most"), [(("parley.js", "theme.js"), 25_000), (("parley.css",), 14_000)])
def test_scripts_and_styles_stay_small(files: tuple[str, ...], most: int) -> None:
    assert sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in files) <= most


async def test_a_thousand_comments_come_in_few_bytes_and_requests(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab()
    done: list[Request] = []
    tab.page.on("requestfinished", lambda request: done.append(request))  # noqa: PLW0108 it refuses built-ins
    await tab.open(f"/t/{site.made['thousand']}/x")
    await tab.page.evaluate("document.fonts.ready")
    await tab.page.wait_for_load_state("load")
    assert await tab.page.locator(".comment").count() >= 150
    sizes = {one.url: (await one.sizes())["responseBodySize"] for one in done if "/live" not in one.url}
    assert sizes[tab.page.url] <= 60_000
    assert sum(sizes.values()) <= 150_000, sizes
    assert len([one for one in tab.requests if "/live" not in one.url]) <= 10


async def test_reading_sets_no_cookie(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab()
    pages = [shown for shown in await every_page(site) if shown.viewer is None]
    for shown in pages:
        await tab.context.request.get(site.address + shown.path)
    for shown in pages[:5]:
        await tab.open(shown.path)
    assert await tab.context.cookies() == []
