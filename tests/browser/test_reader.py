"""What readers chose and where they left off, on the whole site: nothing shifts, and axe finds nothing."""

from typing import Literal

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
ASSISTED = "select thread, id from comment where assisted and state = 'visible' and reply_count > 0 limit 1"


def body(page: Page, comment: int) -> Locator:
    return page.locator(f"#c{comment}-body")


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.slow), "dark"])
async def test_a_visitor_folds_comments_written_with_ai_assistance(
    site: Site, open_tab: OpenTab, axe: str, scheme: str
) -> None:
    thread, comment = (await site.fetch(ASSISTED))[0]
    tab = await open_tab(color_scheme=scheme, reduced_motion="reduce")
    page = tab.page
    await tab.open(f"/t/{thread}/x?sort=old")
    await expect(body(page, comment)).to_be_visible()
    await page.locator(".talk-side > .menu:not(.stance-filter) > summary").click()
    await page.get_by_role("button", name="Collapse", exact=True).click()
    await expect(body(page, comment)).to_be_hidden()
    found = await violations(page, axe, "the menu, and a collapsed comment")

    await page.reload()
    await expect(body(page, comment)).to_be_hidden()
    assert await tab.shifts() == []
    await page.locator(f"#c{comment}-head").get_by_role("link", name="Show").click()
    await expect(body(page, comment)).to_be_visible()
    await page.locator(".talk-side > .menu:not(.stance-filter) > summary").click()
    await page.get_by_role("button", name="Hide", exact=True).click()
    await expect(page.locator(f"#c{comment}-head")).to_contain_text("Written with AI assistance.")
    found += await violations(page, axe, "a hidden comment")
    assert await tab.context.cookies() == []
    assert found == [], "\n".join(found)


@pytest.mark.slow
async def test_a_member_comes_back_to_where_they_left_off(site: Site, open_tab: OpenTab, axe: str) -> None:
    thread = await site.value("select id from thread where state = 'open' and id > 1 order by id limit 1")
    tab = await open_tab("nkechi", reduced_motion="reduce")
    page, other = tab.page, await open_tab("jonas_w")
    await tab.open_thread(thread)
    words = await page.locator(".passage").nth(6).inner_text()
    await page.locator(".passage").nth(6).evaluate("one => scrollBy(0, one.getBoundingClientRect().top - 218)")
    await expect(page.locator(".passage").nth(6)).to_be_in_viewport()
    await page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    await tab.open("/login")
    number = await other.comment(thread, "Something new.")

    await tab.open("/?sort=active")
    await expect(page.locator(f".unread[href^='/t/{thread}/']")).to_have_text("1 new since you were there")
    found = await violations(page, axe, "home, with something new")
    await tab.open(f"/t/{thread}/x?view=all")
    await expect(page.locator(".left-off")).to_contain_text(f"You read up to “{words[:20]}")
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        found += await violations(page, axe, f"the thread of a member who comes back, {scheme}")
    assert await page.evaluate("scrollY") == 0
    assert await tab.shifts() == []
    await page.get_by_role("link", name="1 new comment since").click()
    await expect(body(page, number)).to_be_in_viewport()
    assert found == [], "\n".join(found)
