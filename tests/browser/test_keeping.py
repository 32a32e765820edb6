"""Keeping words and comments for oneself: with the mouse, by key, on a phone and without JavaScript."""

from typing import Any

import pytest

from tests.browser.conftest import OpenTab
from tests.browser.tab import Tab

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

SELECT = """
() => {
  const passage = document.querySelectorAll(".passage-paragraph")[1];
  const words = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT).nextNode();
  passage.scrollIntoView({ block: "center", behavior: "instant" });
  getSelection().setBaseAndExtent(words, 0, words, 40);
}
"""
HIGHLIGHTED = "() => [...(CSS.highlights.get('parley-kept') ?? [])].map(String).join('|')"
FIRST = """
() => {
  const { left, top } = [...CSS.highlights.get("parley-kept")][0].getClientRects()[0];
  return [left + 12, top + 8];
}
"""
IN_VIEW = """
() => {
  const { left, top, right, bottom } = document.getElementById("notes").getBoundingClientRect();
  return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight + 1;
}
"""
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NO_SCRIPT: dict[str, Any] = {"java_script_enabled": False}


async def select_words(tab: Tab) -> None:
    await tab.page.evaluate(SELECT)
    await tab.page.locator(".keep-words").wait_for()


async def test_words_are_kept_noted_and_let_go(open_tab: OpenTab) -> None:
    tab = await open_tab("theo")
    page = tab.page
    await tab.open_thread(2)
    await select_words(tab)
    await page.keyboard.press("b")
    await page.locator("#notes textarea:focus").fill("Is this so?")
    words = await page.evaluate(HIGHLIGHTED)
    assert len(words) >= 40
    await page.locator("#notes").get_by_role("button", name="Save").click()
    await page.locator("#notes").wait_for(state="hidden")

    await tab.open_thread(2)
    await page.wait_for_function(HIGHLIGHTED)
    assert await page.evaluate(HIGHLIGHTED) == words
    await page.locator(".passage-paragraph").nth(1).scroll_into_view_if_needed()
    await page.mouse.click(*await page.evaluate(FIRST))
    assert await page.locator("#notes textarea:visible").input_value() == "Is this so?"
    await page.locator("#notes").get_by_role("button", name="Remove").click()
    await page.wait_for_function("() => CSS.highlights.get('parley-kept').size === 0")
    assert tab.faults == []


async def test_a_comment_is_kept_by_key(open_tab: OpenTab) -> None:
    tab = await open_tab("theo")
    page = tab.page
    await tab.open_thread(2)
    await page.keyboard.press("j")
    async with page.expect_response(lambda answer: answer.url.endswith("/notes")):
        await page.keyboard.press("b")
    kept = page.locator(".comment.is-current > .comment-actions .keep")
    await page.locator(".keep[aria-pressed=true]").wait_for()
    assert await kept.inner_text() == "Kept"

    await page.keyboard.press("b")
    await page.locator("#notes textarea:visible").wait_for()
    await tab.open("/kept")
    await page.get_by_role("button", name="Remove").click()
    assert await page.locator(".kept-item").count() == 0


async def test_on_a_phone_the_card_is_at_the_foot_of_the_screen(open_tab: OpenTab) -> None:
    tab = await open_tab("petra_k", **PHONE)
    page = tab.page
    await tab.open_thread(2)
    await select_words(tab)
    await page.locator(".keep-words").tap()
    await page.locator("#notes textarea:visible").wait_for()
    assert await page.evaluate(IN_VIEW)
    await page.locator("#notes").get_by_role("button", name="Remove").tap()
    await page.locator("#notes").wait_for(state="hidden")
    assert tab.faults == []


async def test_without_javascript_there_are_forms(open_tab: OpenTab) -> None:
    tab = await open_tab("kofi", **NO_SCRIPT)
    page = tab.page
    await tab.open("/t/3/x")
    await page.locator(".gutter").first.click()
    await page.get_by_role("link", name="Keep words of this passage for yourself").click()
    await page.get_by_label("Your note").fill("For later.")
    await page.get_by_role("button", name="Keep").click()
    await tab.open("/kept")
    assert await page.locator(".kept-note").inner_text() == "For later."
    await page.get_by_role("link", name="Respond with this note").click()
    assert await page.locator("textarea[name=body]").input_value() == "For later."
    await tab.open("/kept")
    await page.get_by_role("button", name="Remove").click()
    assert await page.locator(".kept-item").count() == 0
