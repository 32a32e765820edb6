"""Answering statements by thumb and by keyboard, with and without JavaScript."""

from typing import Any

import pytest

from tests.browser.conftest import OpenTab
from tests.browser.site import Site
from tests.browser.tab import Tab

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
VOTES = "select value from vote where thread = $1 and axis = 'agreement' order by id"
# The lower ends of the buttons and of the page's window, and whether the page is wider than it.
FITS = """
() => [document.querySelector(".asked-bar").getBoundingClientRect().bottom <= innerHeight + 1,
       document.documentElement.scrollWidth <= innerWidth]
"""


async def thread_with_statements(site: Site, open_tab: OpenTab) -> int:
    """A thread with a statement by each of three members; the longest that there can be is one of them."""
    thread = site.fresh_thread()
    for name, statement in {"kofi": "It is so.", "petra_k": "They answer first.", "jonas_w": "Länge " * 23}.items():
        tab = await open_tab(name)
        await tab.post(f"/t/{thread}/comments", body="Many words.", statement=statement)
    return thread


async def values(site: Site, thread: int) -> list[int]:
    return [row["value"] for row in await site.fetch(VOTES, thread)]


async def after(tab: Tab, number: str) -> None:
    await tab.page.locator(".asked-count > span", has_text=number).wait_for()


async def test_by_thumb_every_button_is_on_the_first_screen(site: Site, open_tab: OpenTab) -> None:
    thread = await thread_with_statements(site, open_tab)
    tab = await open_tab("mira", **PHONE)
    await tab.open(f"/t/{thread}/answer")

    for number, label in [("2 of 3", "Agree"), ("3 of 3", "Unsure")]:
        assert await tab.page.evaluate(FITS) == [True, True]
        await tab.page.get_by_role("button", name=label, exact=True).tap()
        await after(tab, number)
    assert await tab.page.evaluate(FITS) == [True, True]
    await tab.page.get_by_role("button", name="Disagree").tap()

    await tab.page.get_by_role("heading", name="You have answered everything here").wait_for()
    assert await values(site, thread) == [1, 0, -1]
    assert await tab.shifts() == []


async def test_by_keyboard_the_next_statement_has_the_focus(site: Site, open_tab: OpenTab) -> None:
    thread = await thread_with_statements(site, open_tab)
    tab = await open_tab("mira")
    await tab.open(f"/t/{thread}/answer")

    for key, number in [("d", "2 of 3"), ("s", "3 of 3")]:
        await tab.page.keyboard.press(key)
        await after(tab, number)
        assert await tab.page.evaluate("document.activeElement.id") == "statement"
    await tab.page.keyboard.press("u")

    await tab.page.get_by_role("heading", name="Thank you").wait_for()
    assert await values(site, thread) == [-1, 0]


async def test_without_javascript_it_is_whole(site: Site, open_tab: OpenTab) -> None:
    thread = await thread_with_statements(site, open_tab)
    tab = await open_tab("mira", java_script_enabled=False, **PHONE)
    await tab.open(f"/t/{thread}/answer")

    for label in ("Agree", "Skip", "Disagree"):
        await tab.page.get_by_role("button", name=label, exact=True).click()

    assert await tab.page.get_by_role("heading", name="Thank you").is_visible()
    assert await values(site, thread) == [1, -1]


async def test_a_visitors_choice_is_there_after_signing_in(site: Site, open_tab: OpenTab) -> None:
    thread = await thread_with_statements(site, open_tab)
    tab = await open_tab()
    await tab.open(f"/t/{thread}/answer")
    said = await tab.page.locator("#statement").inner_text()

    await tab.page.keyboard.press("d")
    await tab.page.get_by_label("Name or e-mail").fill("mira")
    await tab.page.get_by_label("Password").fill("argue-kindly")
    await tab.page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()

    chosen = tab.page.locator('[aria-pressed="true"]')
    assert (await chosen.inner_text()).startswith("Disagree")
    assert await tab.page.locator("#statement").inner_text() == said
    await chosen.click()
    await after(tab, "2 of 3")
    assert await values(site, thread) == [-1]
