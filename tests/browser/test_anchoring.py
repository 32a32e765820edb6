"""From words of the article to a comment on them, in three actions: select and say so, write, post."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Where the characters from `start` to `end` of a passage's text stand.
WORDS = """([passage, start, end]) => {
  const text = document.querySelectorAll('.passage > p')[passage].firstChild;
  const range = new Range();
  range.setStart(text, start);
  range.setEnd(text, end);
  const [first] = range.getClientRects(), last = [...range.getClientRects()].at(-1);
  return [first.left, first.top + first.height / 2, last.right, last.top + last.height / 2];
}"""
# A desktop's Chromium knows no long press: the word is selected as a phone would.
LONG_PRESS = """() => {
  getSelection().collapse(document.querySelectorAll('.passage > p')[1].firstChild, 0);
  getSelection().modify('extend', 'forward', 'word');
  return String(getSelection());
}"""
STORED = "select quote, prefix, passage, stance from comment where thread = $1 and body = $2"


async def post(page: Page, words: str) -> None:
    await page.keyboard.type(words)
    await page.locator("#compose").get_by_role("button", name="Post").click()
    await expect(page.locator(".comment", has_text=words).first).to_be_visible()


async def test_by_mouse_over_two_passages(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    tab = await open_tab("mira")
    page = tab.page
    await tab.open_thread(thread)
    left, top, _, _ = await page.evaluate(WORDS, [0, 4, 5])
    _, _, right, bottom = await page.evaluate(WORDS, [1, 0, 6])
    await page.mouse.move(left, top)
    await page.mouse.down()
    await page.mouse.move(right, bottom, steps=5)
    await page.mouse.up()
    chosen = " ".join((await page.evaluate("String(getSelection())")).split())
    await page.get_by_role("button", name="Respond to this").click()
    await post(page, "Over two passages.")
    [row] = await site.fetch(STORED, thread, "Over two passages.")
    first = await page.locator(".passage").first.inner_text()
    second = await page.locator(".passage").nth(1).inner_text()
    assert row["quote"] == f"{first[4:]} {second[:6]}", chosen
    assert row["prefix"].endswith(first[:4])
    await page.locator(".comment", has_text="Over two passages.").hover()
    await expect(page.locator(".is-lit > .passage")).to_have_count(2)


async def test_by_keyboard_from_a_passages_marker(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    tab = await open_tab("mira")
    page = tab.page
    await tab.open_thread(thread)
    await page.locator(".gutter").nth(1).focus()
    # The second word, and the two after it.
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    for _ in range(2):
        await page.keyboard.press("Control+Shift+ArrowRight")
    # A function: the page's Content-Security-Policy lets Playwright evaluate an expression once, but not again.
    await page.wait_for_function("() => String(getSelection()).trim().split(/\\s+/).length === 3")
    chosen = (await page.evaluate("String(getSelection())")).strip()
    passage = await page.locator(".passage").nth(1).inner_text()
    assert passage.split()[1:4] == chosen.split()
    await expect(page.get_by_role("button", name="Respond to this")).to_be_visible()
    await page.keyboard.press("r")
    await expect(page.locator("#compose textarea")).to_be_focused()
    await post(page, "By keyboard.")
    [row] = await site.fetch(STORED, thread, "By keyboard.")
    assert row["quote"] == chosen
    assert len(chosen.split()) == 3


async def test_by_touch_with_a_long_press_on_a_word(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    tab = await open_tab("mira", **PHONE)
    page = tab.page
    await tab.open_thread(thread)
    chosen = await page.evaluate(LONG_PRESS)
    await page.get_by_role("button", name="Respond to this").tap()
    await expect(page.locator("#compose textarea")).to_be_focused()
    await expect(page.locator("#compose textarea")).to_be_in_viewport()
    await post(page, "By touch.")
    await expect(page.locator(".compose > summary")).to_contain_text("Respond to ")
    [row] = await site.fetch(STORED, thread, "By touch.")
    assert row["quote"] == chosen
    assert chosen


async def test_whoever_has_to_sign_in_first_comes_back_to_the_passage(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.open_thread(site.fresh_thread())
    await page.evaluate(LONG_PRESS)
    await page.get_by_role("button", name="Respond to this").click()
    await expect(page.locator("#compose a")).to_be_focused()
    words = await page.locator(".passage").nth(1).inner_text()

    await page.keyboard.press("Enter")
    await page.get_by_label("Name or e-mail").fill("kofi")
    await page.get_by_label("Password", exact=True).fill("argue-kindly")
    await page.locator("main form.stack").get_by_role("button", name="Sign in", exact=True).click()

    await expect(page.locator("#compose textarea")).to_be_visible()
    await expect(page.locator(".compose > summary")).to_contain_text(words[:30])


async def test_by_touch_on_a_passages_marker(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    tab = await open_tab("mira", **PHONE)
    page = tab.page
    await tab.open_thread(thread)
    await page.locator(".gutter").nth(1).tap()
    await expect(page.locator("#compose textarea")).to_be_focused()
    await expect(page.locator("#compose textarea")).to_be_in_viewport()
    await post(page, "By touch, on the whole passage.")
    [row] = await site.fetch(STORED, thread, "By touch, on the whole passage.")
    assert f"p{row['passage']}" == await page.locator(".passage").nth(1).get_attribute("id")
    assert not row["quote"]


async def test_the_same_words_are_told_apart_by_what_stands_before_them(site: Site, open_tab: OpenTab) -> None:
    thread = site.made["repeating"]
    tab = await open_tab("mira")
    page = tab.page
    await tab.open_thread(thread)
    text = await page.locator(".passage > p").first.inner_text()
    second = text.rindex("answer")
    assert text.index("answer") < second
    # A selection snaps to words.
    left, top, right, bottom = await page.evaluate(WORDS, [0, second + 1, second + 2])
    await page.mouse.move(left, top)
    await page.mouse.down()
    await page.mouse.move(right, bottom, steps=3)
    await page.mouse.up()
    await page.get_by_role("button", name="Respond to this").click()
    await post(page, "The second one.")
    [row] = await site.fetch(STORED, thread, "The second one.")
    assert row["quote"] == "answer"
    assert text[:second].endswith(row["prefix"])


async def test_selected_words_of_a_comment_are_quoted_by_button_and_by_key(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab("mira")
    page = tab.page
    await tab.open_thread(site.made["three"])
    body = page.locator(".comment-body").first
    await body.click(click_count=3)
    chosen = (await page.evaluate("String(getSelection())")).strip()

    await page.get_by_role("button", name="Quote").click()
    field = page.locator(".comment-slot textarea")
    await expect(field).to_be_focused()
    await expect(field).to_have_value(f"> {chosen}\n\n")
    await expect(page.locator("body > .respond")).to_have_count(0)

    await body.click(click_count=3)
    await expect(page.get_by_role("button", name="Quote")).to_be_visible()
    await page.keyboard.press("r")
    await expect(field).to_have_value(f"> {chosen}\n\n> {chosen}\n\n")


async def test_selecting_in_a_form_offers_nothing(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab("mira")
    page = tab.page
    await tab.open_thread(site.made["three"])
    await page.locator("#compose summary").first.click()
    await page.locator("#compose textarea").fill("some words")
    await page.locator("#compose textarea").select_text()
    await page.wait_for_timeout(300)
    await expect(page.locator(".respond")).to_have_count(0)


@pytest.mark.slow
async def test_marked_words_lead_to_their_comments(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab()
    page = tab.page
    await tab.open("/t/1/x")
    mark = page.locator(".passage mark").first
    lineage = await mark.evaluate("one => one.closest('.passage').id.slice(1)")

    await mark.click()

    await expect(page.locator(f"#g{lineage}")).to_be_focused()
    assert await tab.shifts() == []
