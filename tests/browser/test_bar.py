"""The decision bar: its keys and its places, in the queue and on threads."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site
from tests.browser.test_queue import moved_on, queue, reported, shown

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
__all__ = ["queue"]

SIZES = [{"width": 1440, "height": 900}, {"width": 390, "height": 844}]
PLACE = "one => { const { x, y } = one.getBoundingClientRect(); return [x, y] }"


async def is_closed(page: Page) -> None:
    await expect(page.locator("#decide [name=action]:checked")).to_have_count(0)
    await expect(page.locator("#f-reason")).to_be_hidden()


@pytest.mark.parametrize("size", SIZES, ids=["wide", "phone"])
async def test_the_reason_opens_above_the_pressed_button_and_the_words_stay_in_view(
    site: Site, open_tab: OpenTab, size: dict[str, int]
) -> None:
    author, reporter = await open_tab("mira"), await open_tab("jonas_w")
    tab = await open_tab("sam_h", viewport=size)
    await reported(site, author, reporter, 2, ["civility"])
    item = await site.value("select id from queue_item where state = 'open' order by id limit 1")
    await tab.open(f"/mod/item/{item}")
    page, button = tab.page, tab.page.locator("#decide label", has_text="Remove")
    bar = await page.locator("#decide").bounding_box()
    before = await button.evaluate(PLACE)

    await button.click()

    await expect(page.locator("#f-reason")).to_be_visible()
    assert await button.evaluate(PLACE) == before
    assert bar and bar["height"] <= 73
    await expect(page.locator(".reads-appeal")).to_be_visible()
    await expect(page.locator(".case-words .comment-body")).to_be_in_viewport(ratio=1)
    if size["width"] > 1000:
        why = await page.locator(".why").bounding_box()
        assert why and bar["y"] + bar["height"] - why["y"] <= 127
    await page.locator("#decide .go").click()
    await moved_on(page, str(item))
    removed = (
        "select count(*) from comment where state = 'removed' and id = (select target from queue_item where id = $1)"
    )
    assert await site.value(removed, item) == 1


async def test_every_key_acts_in_every_state_of_the_queue(site: Site, open_tab: OpenTab) -> None:
    author, reporter, tab = await open_tab("mira"), await open_tab("jonas_w"), await open_tab("sam_h")
    await reported(site, author, reporter, 3, ["civility"])
    page = tab.page
    await tab.open("/mod/queue")
    first = await shown(page)
    assert await site.value("select count(*) from queue_item where claimed_by is not null and state = 'open'") == 0

    for key, action in (("e", "ask"), ("r", "remove"), ("c", "collapse"), ("w", "warn"), ("x", "escalate")):
        await page.keyboard.press(key)
        await expect(page.locator(f"#decide input[value={action}]")).to_be_checked()
        await expect(page.locator(".reads-appeal")).to_be_visible(visible=action in ("remove", "collapse", "warn"))
        for behind in ("j", "k", "s", "u", "v"):
            await page.keyboard.press(behind)
        assert await shown(page) == first
        await page.keyboard.press("Escape")
        await is_closed(page)
    await page.keyboard.press("m")
    await expect(page.locator(".more-list")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(".more-list")).to_be_hidden()
    await page.keyboard.press("r")
    await page.keyboard.press("2")
    await expect(page.locator("#f-rule")).not_to_have_value("civility")
    for key, field in (("t", "#f-reason"), ("q", "#f-quote")):
        await page.keyboard.press(key)
        await expect(page.locator(field)).to_be_focused()
        await page.keyboard.press("Escape")
    await expect(page.locator("#decide [value=remove]")).to_be_checked()
    await page.locator("#decide [name=also]").focus()
    await page.keyboard.press("Control+Enter")
    await moved_on(page, first)
    second = await shown(page)
    await page.keyboard.press("a")
    await moved_on(page, second)
    assert await site.value("select action from decision order by id desc limit 1") == "approve"


async def test_the_bar_on_a_thread_has_the_same_keys_and_the_page_behind_it_none(site: Site, open_tab: OpenTab) -> None:
    tab, thread = await open_tab("sam_h"), site.fresh_thread()
    page = tab.page
    comment = await site.value("select id from comment where thread = $1 order by id limit 1", thread)
    await tab.open_thread(thread)
    await page.evaluate("hash => { location.hash = hash }", f"c{comment}")
    await page.keyboard.press("m")
    await expect(page.locator("#decide")).to_be_visible()
    for key in ("u", "j", "k", "z", "d"):
        await page.keyboard.press(key)
    await page.keyboard.press("r")
    await expect(page.locator("#decide [value=remove]")).to_be_checked()
    await expect(page.locator(f"#c{comment} textarea")).to_have_count(0)
    await expect(page.locator(f"#c{comment} .comment-body").first).to_be_in_viewport()
    await page.keyboard.press("Escape")
    await is_closed(page)
    await page.keyboard.press("Escape")
    await expect(page.locator("#decide")).to_have_count(0)
    await page.keyboard.press("m")
    await page.keyboard.press("c")
    await page.keyboard.press("1")
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#c{comment}")).to_contain_text("Collapsed by moderation")


async def test_a_removal_takes_two_requests_without_scripts(site: Site, open_tab: OpenTab) -> None:
    author, reporter = await open_tab("mira"), await open_tab("jonas_w")
    tab = await open_tab("sam_h", java_script_enabled=False)
    await reported(site, author, reporter, 2, ["civility"])
    item = await site.value("select id from queue_item where state = 'open' order by id limit 1")
    page, requests = tab.page, []
    await tab.open(f"/mod/item/{item}")
    page.on("request", lambda one: requests.append(one.url) if one.resource_type == "document" else None)
    await page.locator("#decide label", has_text="Remove").click()
    await page.locator("#decide .go").click()

    await expect(page.locator("#undo")).to_contain_text("Removed.")
    assert len(requests) == 2, requests
