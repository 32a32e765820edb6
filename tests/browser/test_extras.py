"""Cards beside names and quotes, and sharing, in a browser."""

import pytest
from playwright.async_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

QUOTED = """
select c.id, c.thread from comment c join passage p on p.lineage = c.passage
where c.thread = 1 and c.quote is not null and c.anchor = 'same' and c.state = 'visible'
order by p.position desc limit 1
"""
SELECT = """
() => {
  const words = document.createTreeWalker(document.querySelector(".passage"), NodeFilter.SHOW_TEXT).nextNode();
  getSelection().setBaseAndExtent(words, 0, words, 11);
  return words.data.slice(0, 11);
}
"""


async def test_a_card_comes_with_the_pointer_or_the_focus_and_goes_with_escape(
    site: Site, open_tab: OpenTab, axe: str
) -> None:
    tab = await open_tab("mira", reduced_motion="reduce")
    page = tab.page
    await tab.open("/t/1/x?view=all")
    await tab.fonts_shown()
    shifts = len(await tab.shifts())
    name, card = page.locator(".comment-head > a[href^='/u/']").first, page.locator("#hover-card")
    assert not any("extras" in request.url for request in tab.requests)

    await name.hover()
    await expect(card).to_contain_text("Member since")
    await expect(name).to_have_attribute("aria-describedby", "hover-card")
    found = await violations(page, axe, "a card")
    await page.keyboard.press("Escape")
    await expect(card).to_have_count(0)

    await page.mouse.move(0, 0)
    asked = sum(request.url.endswith("/card") for request in tab.requests)
    await name.focus()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Tab")
    await expect(card).to_contain_text("Member since")
    # The second time it is known.
    assert sum(request.url.endswith("/card") for request in tab.requests) == asked
    assert (await tab.shifts())[shifts:] == []
    assert found == [], "\n".join(found)


async def test_a_quote_has_the_passage_where_the_article_is_out_of_sight(site: Site, open_tab: OpenTab) -> None:
    [(comment, thread)] = await site.fetch(QUOTED)
    tab = await open_tab()
    page = tab.page
    await tab.open(f"/t/{thread}/x?focus={comment}")
    await page.evaluate("scrollTo(0, 0)")
    quote = page.locator(f"#c{comment}-anchor > a.quote")
    passage = page.locator((await quote.get_attribute("href")) or "")
    await expect(passage).not_to_be_in_viewport()

    await quote.hover()

    await expect(page.locator("#hover-card .passage")).to_have_text(await passage.inner_text())


async def test_a_finger_follows_the_link(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    page = tab.page
    await tab.open("/t/1/x?view=all")
    await page.locator(".comment-head > a[href^='/u/']").first.tap()

    await expect(page.locator("main .person h1")).to_be_visible()
    await expect(page.locator("#hover-card")).to_have_count(0)


@pytest.mark.slow
async def test_the_link_of_a_comment_and_of_selected_words_is_copied(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab("mira", permissions=["clipboard-read", "clipboard-write"])
    page = tab.page
    await tab.open("/t/1/x?view=all")
    share = page.locator("a.share").first
    address = await share.evaluate("one => one.href")

    await share.click()
    await expect(page.locator("#toast")).to_contain_text("The link is copied.")
    assert await page.evaluate("navigator.clipboard.readText()") == address

    words = str(await page.evaluate(SELECT))
    await page.get_by_role("button", name="Copy link").click()
    await expect(page.get_by_role("button", name="Copy link")).to_have_count(0)
    copied = str(await page.evaluate("navigator.clipboard.readText()"))
    assert copied.startswith(f"{site.address}/t/1/")
    assert f":~:text={words.strip().replace(' ', '%20')}" in copied
