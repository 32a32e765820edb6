"""The tab *Where people stand* for those who do not see it, use no mouse, or see it larger or in their own colours."""

import gzip
import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

TAB = "/t/1/x?view=stand"
MOST_BYTES = 20_000
FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
# The colours in which the shapes of the picture are drawn.
FILLS = """(kinds) => kinds.map(one => getComputedStyle(document.querySelector(one)).fill)"""


async def test_a_screen_reader_hears_the_map_as_a_sentence_and_a_table(open_tab: OpenTab) -> None:
    tab = await open_tab("mira")
    await tab.open(TAB)
    page = tab.page
    region = page.get_by_role("region", name=re.compile("^Where people stand: "))
    await expect(region).to_have_count(1)
    picture = region.get_by_role("img")
    await expect(picture).to_have_accessible_name(
        re.compile(
            r"About \d+ people along one line\. Group A: about \d+ in 100 of them\. "
            r"Group B: about \d+ in 100 of them\. In between: \d+ in 100\."
        )
    )
    headings = await region.get_by_role("heading").all_inner_texts()
    order = [part for one in headings if (part := next((name for name in SECTIONS if name in one), None))]
    assert order == SECTIONS
    part = region.get_by_role("region", name=re.compile("Where they disagree"))
    await expect(part.get_by_role("listitem").first).to_contain_text(re.compile("agree"))

    await region.get_by_role("link", name="As a table").click()
    table = page.get_by_role("table")
    await expect(table.get_by_role("columnheader", name="Agree", exact=True)).to_have_count(1)
    await expect(table.get_by_role("rowheader", name="B", exact=True).first).to_be_attached()
    assert await table.get_by_role("rowheader").count() > 5


SECTIONS = ["Common ground", "Where they disagree", "How many stand where", "In their own words", "Not known yet"]


@pytest.mark.slow
async def test_the_tab_is_used_by_keyboard_alone(open_tab: OpenTab) -> None:
    tab = await open_tab("mira")
    await tab.open("/t/1/x#discussion")
    page = tab.page
    await page.get_by_role("link", name="Where people stand", exact=True).first.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**view=stand**")
    seen = list[str]()
    await page.locator(".talk-body a").first.focus()
    for _ in range(24):
        seen.append(await page.evaluate("document.activeElement.textContent.trim()"))
        await page.keyboard.press("Tab")
    assert {"How this is worked out", "As a table", "Answer"} <= set(seen)
    more = page.locator(".further > summary").first
    await more.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".further").first).to_have_attribute("open", "")


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"viewport": {"width": 720, "height": 450}}, id="200 %"),
        pytest.param({"viewport": {"width": 320, "height": 640}}, id="400 %"),
    ],
)
async def test_nothing_is_cut_off_when_it_is_shown_larger(open_tab: OpenTab, options: dict[str, Any]) -> None:
    tab = await open_tab(None, **options)
    for path in (TAB, f"{TAB}&as=table", "/perspectives", "/perspectives/how"):
        await tab.open(path)
        assert await tab.page.evaluate(FITS), path


async def test_groups_differ_in_forced_colours(open_tab: OpenTab) -> None:
    tab = await open_tab(None, forced_colors="active")
    await tab.open(TAB)
    fills = await tab.page.evaluate(FILLS, [".map rect.a", ".map rect.b", ".map rect.between"])
    assert len(set(fills)) == 3, fills


async def test_the_tab_is_small(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab(None)
    answer = await tab.context.request.get(site.address + TAB, headers={"HX-Request": "true"})
    assert len(gzip.compress(await answer.body())) <= MOST_BYTES
    styles = await tab.page.request.get(site.address + "/perspectives")
    assert styles.ok


async def test_the_tab_without_scripts_is_the_same(open_tab: OpenTab) -> None:
    tab = await open_tab(None, java_script_enabled=False)
    await tab.open(TAB)
    await expect(tab.page.locator(".map svg")).to_be_visible()
    await expect(tab.page.get_by_role("link", name="Answer", exact=True).first).to_be_visible()
