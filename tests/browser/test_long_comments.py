"""A long comment opens in two steps where it stands, and without script on its own page."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

LONG = "&" * 30_000 + "\n\n" + "&" * 5_000 + " quagga"


async def test_show_all_loads_the_rest_in_place(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    tab = await open_tab("mira")
    number = await tab.comment(thread, LONG)
    await tab.open_thread(thread)
    comment = tab.page.locator(f"#c{number}")
    show_all = comment.get_by_role("link", name="Show all")

    await expect(show_all).to_be_hidden()
    await comment.locator(".clamp > summary").click(timeout=8_000)
    await expect(show_all).to_be_visible()
    await expect(comment.get_by_text("quagga")).to_have_count(0)
    await show_all.click()

    await expect(comment.get_by_text("quagga")).to_be_visible()
    await expect(show_all).to_be_hidden()


async def test_its_own_page_has_all_of_it_without_script(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    tab = await open_tab("mira", java_script_enabled=False)
    await tab.comment(thread, LONG)
    await tab.open(f"/t/{thread}/x")
    href = await tab.page.locator("article.comment .show-all").first.get_attribute("href")

    await tab.open(href or "")

    await expect(tab.page.get_by_text("quagga")).to_be_visible()
    await expect(tab.page.locator(".show-all")).to_have_count(0)
