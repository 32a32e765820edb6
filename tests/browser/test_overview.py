"""The overview in Chromium: it is drawn anew while it is open, and what is open or focused in it stays."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_numbers_that_are_open_and_the_focus_stay_when_the_overview_is_drawn_anew(
    site: Site, open_tab: OpenTab
) -> None:
    author, reporter, tab = await open_tab("mira"), await open_tab("jonas_w"), await open_tab("sam_h")
    page = tab.page
    await page.clock.install()
    await tab.open("/mod")
    figure = page.locator("figure", has=page.locator("#reports-title"))
    await figure.locator("summary").focus()
    await page.keyboard.press("Enter")
    table = await figure.locator("table").inner_text()
    waits = int(await page.locator("#now b").first.inner_text())

    comment = await author.comment(site.fresh_thread(), "One more to judge.")
    await reporter.post(f"/c/{comment}/report", reason="spam", text="Please look.")
    await page.clock.run_for(21_000)

    await expect(page.locator("#now b").first).to_have_text(str(waits + 1))
    await expect(figure.locator("table")).not_to_have_text(re.compile(re.escape(table)))
    await expect(figure.locator("details")).to_have_attribute("open", "")
    await expect(figure.locator("summary")).to_be_focused()
    assert await tab.shifts() == []
