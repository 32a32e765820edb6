"""Searching in a browser: from the masthead by its key, in a thread, and to the place of a hit."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

UNINDEXED = """
select exists (select from comment c where state = 'visible' and collapsed is null
               and not exists (select from search_document where kind = 3 and source = c.id))
"""
MARKED = "[...CSS.highlights.get('parley-found') ?? []].map(String)"
IS_INDEXED = "select count(*) > 0 from search_document where kind = 3 and source = $1"


async def test_a_thread_is_searched_by_key_and_a_hit_leads_to_its_place(site: Site, open_tab: OpenTab) -> None:
    thread, other = site.fresh_thread(), await open_tab("jonas_w")
    written = await other.comment(thread, "A remark on zeppelins.")
    async with asyncio.timeout(60):
        while not await site.value(IS_INDEXED, written):
            await asyncio.sleep(0.05)
    page = (await open_tab()).page
    await page.goto(f"{site.address}/t/{thread}/x")
    field = page.locator(".masthead input[type=search]")

    await page.keyboard.press("/")
    await expect(field).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(field).not_to_be_focused()
    await page.evaluate(
        "document.querySelector('.masthead').after(Object.assign(document.createElement('hr'), {id: 'x'}))"
    )
    await page.evaluate("scrollTo(0, 300)")
    place = await page.evaluate("scrollY")
    await page.keyboard.press("/")
    await page.keyboard.type("zeppelin")
    await page.keyboard.press("Enter")

    # The hits stand beside the article, which did not move, at an address of their own.
    await expect(page.locator("#discussion .hit mark")).to_have_text("zeppelins")
    await expect(page.locator(".found-title")).to_be_focused()
    assert page.url.endswith("?find=zeppelin")
    assert await page.evaluate("scrollY") == place
    assert await page.evaluate("!!document.getElementById('x')"), "the page was loaded again"
    await page.locator("#discussion .hit-words a").click()
    await expect(page.locator(f"#c{written}")).to_be_visible()
    await page.go_back()
    await expect(page.locator("#discussion .hit mark")).to_have_text("zeppelins")
    await page.locator(".found-here .strip a").last.click()
    await expect(page.locator("#compose")).to_be_visible()


async def test_the_words_of_a_search_are_marked_in_replies_that_are_opened_later(site: Site, open_tab: OpenTab) -> None:
    thread, other = site.fresh_thread(), await open_tab("jonas_w")
    root = await other.comment(thread, "Who flies a Zeppelin today?")
    replies = [await other.comment(thread, f"Zeppelins of the year {year}, and zebras.", root) for year in range(1, 9)]
    async with asyncio.timeout(60):
        while not await site.value(IS_INDEXED, replies[-1]):
            await asyncio.sleep(0.05)
    page = (await open_tab()).page

    await page.goto(f"{site.address}/t/{thread}/x?focus={replies[0]}&find=zeppelin+-airship#c{replies[0]}")
    await expect(page.locator("nav.strip")).to_contain_text("of 9 for")
    shown = await page.evaluate(MARKED)
    await page.locator(f"#c{root}-list > .more").click()
    await expect(page.locator(f"#c{replies[-1]}")).to_be_visible()
    of_branch = await page.evaluate(MARKED)
    later = await other.comment(thread, "Or a zeppelin of 1909?", root)
    await expect(page.locator(f"#c{later}")).to_be_attached()
    await page.locator(f"[data-waiting=c{root}-waiting]").click()
    await expect(page.locator(f"#c{later}")).to_be_visible()

    assert shown == ["Zeppelin", *["Zeppelins"] * (len(shown) - 1)]
    assert 1 < len(shown) < 9
    assert of_branch == ["Zeppelin", *["Zeppelins"] * 8]
    assert sorted(await page.evaluate(MARKED)) == ["Zeppelin", *["Zeppelins"] * 8, "zeppelin"]


async def test_on_a_phone_the_icon_leads_to_the_field_of_the_thread(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    page = (await open_tab(viewport={"width": 390, "height": 844})).page
    await page.goto(f"{site.address}/t/{thread}/x")

    await page.locator(".to-search").click()
    await page.locator(".found-here input[type=search]").fill("xyzzy")
    await page.keyboard.press("Enter")

    await expect(page.locator(".found-title")).to_have_text("Nothing in this thread has “xyzzy”")
    await expect(page.locator(".found-title")).to_be_in_viewport()


async def test_every_comment_of_the_demo_can_be_found(site: Site) -> None:
    async with asyncio.timeout(60):
        while await site.value(UNINDEXED):
            await asyncio.sleep(0.05)


async def test_on_a_phone_the_key_and_the_icon_lead_to_the_page(site: Site, open_tab: OpenTab) -> None:
    page = (await open_tab(viewport={"width": 390, "height": 844})).page
    await page.goto(site.address)

    await page.locator(".to-search").click()

    await expect(page.locator("#f-q")).to_be_visible()
    assert page.url.endswith("/search")
