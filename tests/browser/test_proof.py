"""Whoever's neighbours tried many passwords still gets in: their browser does a short calculation."""

import pytest
from playwright.async_api import expect

from parley.platform.ratelimit import SIGN_IN_HERE
from parley.site.demo import PASSWORD
from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

# Sent by the browser itself, so that they come from its network.
TRY_WRONG_PASSWORDS = """
async times => {
  for (let time = 0; time < times; time += 1)
    await fetch("/login", {method: "POST", body: new URLSearchParams({login: "kofi", password: "not my password"})});
}
"""


async def test_above_the_allowance_a_browser_calculates_and_signs_in(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab()
    page, main = tab.page, tab.main()

    async def sign_in() -> None:
        await page.get_by_label("Password").fill(PASSWORD)
        await main.get_by_role("button", name="Sign in", exact=True).click()

    with site.limited():
        await tab.open("/login")
        await page.evaluate(TRY_WRONG_PASSWORDS, SIGN_IN_HERE.most + 1)
        await page.get_by_label("Name or e-mail").fill("kofi")
        await sign_in()
        await expect(main).to_contain_text("does a short calculation first")
        await expect(page.get_by_label("Name or e-mail")).to_have_value("kofi")
        await expect(main.get_by_role("link", name="mailed link")).to_be_visible()
        async with page.expect_request(lambda asked: asked.method == "POST") as sent:
            await sign_in()
        assert "answer=" in ((await sent.value).post_data or "")
        await page.wait_for_url(f"{site.address}/")
        await expect(page.locator("body")).to_have_attribute("data-viewer", "kofi")
