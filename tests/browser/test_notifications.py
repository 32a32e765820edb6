"""The open page For you: it hears of what comes, and moves nothing that is being read."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_the_number_moves_and_a_link_shows_what_came(site: Site, open_tab: OpenTab) -> None:
    mira, jonas = await open_tab("mira"), await open_tab("jonas_w")
    await mira.open("/for-you")
    await mira.page.get_by_role("button", name="Mark all as read").click()
    counter, more = mira.page.locator("#for-you-count"), mira.page.locator("#more-for-you")
    await expect(counter).to_have_text("")

    await jonas.comment(site.fresh_thread(), "What do you say, @mira?")

    await expect(counter).to_have_text("1 unread")
    await expect(more).to_have_text("Show 1 new")
    assert await mira.shifts() == []
    await more.get_by_role("link").click()
    await expect(mira.page.locator("#list")).to_contain_text("What do you say, @mira?")
    await expect(more).to_have_text("")
