"""Every page at the sizes between the smallest phone and the widest desk."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenTab
from tests.browser.pages import by_viewer, every_page
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

# What makes the page, or a part of it that scrolls up and down, scroll sideways as well.
BEYOND = """() => {
  const scrolls = `pre, code, table, .passage-table, .numbers-table, .verdicts-table, .formula, textarea,
    .decide > .acts`;
  const left = document.dir === "rtl";
  const standsOut = (inner, outer) => left ? inner.left < outer.left : inner.right > outer.right;
  return [document.documentElement, ...document.querySelectorAll("body *")]
    .filter(one => one.scrollWidth > one.clientWidth && !one.matches(scrolls))
    .filter(one => one === document.documentElement || ["auto", "scroll"].includes(getComputedStyle(one).overflowX))
    .flatMap(one => [...one.querySelectorAll("*")]
      .filter(inner => inner.checkVisibility() && !inner.closest(".unseen"))
      .filter(inner => standsOut(inner.getBoundingClientRect(), one.getBoundingClientRect())))
    .map(one => `${one.tagName}.${one.className}`).slice(0, 20);
}"""
# What stands out of its box, over what stands beside it. An open menu means to; a mark at the edge may, a bit. What a
# select shows is cut by the browser, whatever its style says.
OUTSIDE = """() => [...document.querySelectorAll("body *")]
    .filter(one => one.checkVisibility() && one.clientWidth && one.scrollWidth > one.clientWidth + 8)
    .filter(one => getComputedStyle(one).overflowX === "visible" && !one.matches("svg *, math, math *, select"))
    .filter(one => !one.matches(":has(.menu[open]), .menu[open]"))
    .map(one => `${one.tagName}.${one.className} (${one.scrollWidth} in ${one.clientWidth})`).slice(0, 5)"""
# Among them what a desk of 1280 and of 1440 has at 200 % zoom. The first of each kind of layout always, the others in
# `make sure`.
WIDTHS = [320, 390, 640, 720, 768, 1100, 1440, 1920]
HEIGHT = 640
ALWAYS = {320, 768, 1100}


async def beyond(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(BEYOND) + await page.evaluate(OUTSIDE)
    return found


# What fits at 320 in a mirrored language with longer words (test_directions.py) hardly fails in English.
@pytest.mark.slow
@pytest.mark.parametrize("widths", [WIDTHS[:1], WIDTHS[1:]], ids=["320", "wider"])
async def test_no_page_scrolls_sideways(site: Site, open_tab: OpenTab, widths: list[int]) -> None:
    found: dict[tuple[str, int], list[str]] = {}
    for viewer, theirs in by_viewer(await every_page(site)).items():
        tab = await open_tab(viewer, viewport={"width": widths[0], "height": HEIGHT}, reduced_motion="reduce")
        for shown in theirs:
            await tab.open(shown.path)
            for width in widths:
                await tab.page.set_viewport_size({"width": width, "height": HEIGHT})
                if out := await beyond(tab.page):
                    found[shown.name, width] = out
    assert found == {}


@pytest.mark.parametrize(
    "width", [pytest.param(one, marks=() if one in ALWAYS else pytest.mark.slow) for one in WIDTHS]
)
async def test_nothing_that_a_reader_opens_scrolls_sideways(site: Site, open_tab: OpenTab, width: int) -> None:
    tab = await open_tab("mira", viewport={"width": width, "height": HEIGHT}, reduced_motion="reduce")
    page, found = tab.page, []
    await tab.open(f"/t/{site.made['wide']}/x?view=all")
    await page.locator("#compose summary").first.click()
    await page.locator("#compose textarea").fill(f"{'ha' * 200}\n\n    {'all on one line ' * 20}")
    await page.locator("#compose").get_by_role("button", name="Preview").click()
    await expect(page.locator("#compose .previewed")).to_be_visible()
    await page.locator("#comments > .comment > .comment-actions > a", has_text="Reply").first.click()
    await expect(page.locator("#comments .comment-slot form")).to_be_visible()
    found += await beyond(page)
    for summary in await page.locator(".menu > summary:visible").all():
        await summary.click()
        found += await beyond(page)
        await page.keyboard.press("Escape")
    await page.locator(".gutter").first.click()
    await expect(page.locator(".group .comment").first).to_be_visible()
    found += await beyond(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert found + await beyond(page) == []


@pytest.mark.parametrize("where", ["main", ".talk"])
async def test_what_is_too_wide_would_be_found(open_tab: OpenTab, where: str) -> None:
    tab = await open_tab()
    await tab.open("/t/1/x")
    await tab.page.locator(where).evaluate("one => one.append(document.createElement('canvas'))")
    await tab.page.locator("canvas").evaluate("one => { one.width = 2000; one.style.maxWidth = 'none'; }")
    assert "CANVAS." in await beyond(tab.page)


async def test_what_stands_out_of_its_box_would_be_found(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.open("/")
    await tab.page.locator(".card .by").nth(1).evaluate("one => one.style.width = '20px'")
    assert any(one.startswith("P.by") for one in await beyond(tab.page))
