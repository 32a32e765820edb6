"""On phones: no page is wider than the screen, what is pressed is large enough for a thumb, and the dock is right."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenTab
from tests.browser.pages import by_viewer, every_page
from tests.browser.site import Site
from tests.browser.test_sizes import beyond

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

WIDTHS = [320, 360, 390, 414]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WIDER = "() => document.documentElement.scrollWidth > innerWidth ? [document.documentElement.scrollWidth] : []"
# What is pressed and is less than 44 px high or wide, but a link in the midst of text. Of a choice, its label counts.
SMALL = """() => {
  const pressed = `a[href], button:enabled, summary, select, textarea, input:not([type=hidden]),
    .chip, .tabs-field label`;
  const texts = "p, li, dd, td, h3, blockquote, label, figcaption, .mail-text, .passage, .comment-body";
  const isSeen = { visibilityProperty: true, opacityProperty: true };
  const choice = one => one.matches("[type=radio], [type=checkbox]") && one.closest("label");
  const isInText = one => {
    const around = one.matches("a, .link") && one.closest(texts);
    return around && around.textContent.trim().length > one.textContent.trim().length + 3;
  };
  const said = one => `${one.parentElement.className} > ${one.tagName.toLowerCase()}.${one.className}`;
  return [...new Set([...document.querySelectorAll(pressed)]
    .filter(one => one.checkVisibility(isSeen) && !one.closest(".unseen, .skip") && !isInText(one))
    .map(one => [one, (choice(one) || one).getBoundingClientRect()])
    .filter(([, { width, height }]) => width && height && Math.min(width, height) < 43.5)
    .map(([one, { width, height }]) => `${said(one)} ${Math.round(width)}x${Math.round(height)}`))];
}"""


async def faults(page: Page, name: str, scripts: bool = True) -> list[str]:
    """What is too wide or too small on the page, at each width of a phone."""
    found: list[str] = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 844})
        wide = await page.evaluate(WIDER) + await beyond(page)
        found += [f"{name}, {width}: {one}" for one in wide + await page.evaluate(SMALL)]
    return found


@pytest.mark.parametrize(
    "scripts", [pytest.param(True, id="scripts"), pytest.param(False, id="no-scripts", marks=pytest.mark.slow)]
)
async def test_every_page_fits_a_phone_and_a_thumb(site: Site, open_tab: OpenTab, scripts: bool) -> None:
    found: list[str] = []
    for viewer, pages in by_viewer(await every_page(site)).items():
        tab = await open_tab(viewer, java_script_enabled=scripts, reduced_motion="reduce", **PHONE)
        for shown in pages:
            await tab.open(shown.path)
            found += await faults(tab.page, shown.name)
    assert found == [], "\n".join(found)


async def test_what_a_reader_opens_fits_too(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab("mira", reduced_motion="reduce", **PHONE)
    page = tab.page
    await tab.open(f"/t/{site.made['wide']}/x?view=whole")
    await page.locator("#compose summary").first.click()
    await page.locator("#compose textarea").fill(f"{'ha' * 200}\n\n    {'all on one line ' * 20}")
    await page.locator("#compose").get_by_role("button", name="Preview").click()
    await expect(page.locator("#compose .previewed")).to_be_visible()
    await page.locator("#comments > .comment > .comment-actions > a", has_text="Reply").first.click()
    await expect(page.locator("#comments .comment-slot form")).to_be_visible()
    found = await faults(page, "forms")
    for number in range(await page.locator(".menu > summary:visible").count()):
        summary = page.locator(".menu > summary:visible").nth(number)
        await summary.click()
        found += await faults(page, f"menu {number}")
        await page.keyboard.press("Escape")
    await tab.open("/t/3/x")
    for value in ("1", "0"):
        await page.locator(f".thesis-ask > [value='{value}']").click()
        await expect(page.locator(f".thesis-ask > [value='{value}']")).to_have_attribute("aria-pressed", "true")
        found += await faults(page, f"the thesis answered with {value}")
    await page.locator("#thesis").get_by_role("button", name="Take it back").click()
    await page.locator(".gutter:not(.is-empty)").first.click()
    await expect(page.locator(".is-sheet")).to_be_visible()
    found += await faults(page, "the sheet of a passage")
    assert found == [], "\n".join(found)


async def test_what_is_too_small_or_too_wide_would_be_found(open_tab: OpenTab) -> None:
    tab = await open_tab(**PHONE)
    await tab.open("/login")
    await tab.page.locator("main button").last.evaluate("one => one.style.cssText = 'min-height: 0; height: 30px'")
    await tab.page.locator("main h1").evaluate("one => one.style.width = '1000px'")
    found = await faults(tab.page, "sign in")
    assert any("30" in one for one in found)
    assert any("1000" in one or "H1" in one for one in found)


async def test_votes_have_words_on_a_phone(open_tab: OpenTab) -> None:
    tab = await open_tab(**PHONE)
    await tab.open("/t/1/x")
    votes = tab.page.locator(".comment-score").first
    said = "one => getComputedStyle(one, '::after').content"
    assert "Worth reading" in await votes.locator(".up").evaluate(said)
    assert "Not worth reading" in await votes.locator(".down").evaluate(said)


async def test_what_a_member_does_rarely_is_drawn_on_a_phone(open_tab: OpenTab) -> None:
    tab = await open_tab("mira", **PHONE)
    await tab.open("/t/1/x")
    for name in ("Report", "Share", "Keep"):
        link = tab.page.locator(".comment-actions").first.get_by_role("link", name=name)
        # Its picture has a size: text has none.
        assert await link.evaluate("one => getComputedStyle(one, '::before').display") == "block", name


# On a busy page a browser reports several changes at once. Here always.
LATE = """
const Observer = IntersectionObserver;
window.IntersectionObserver = class extends Observer {
  constructor(report, options) {
    const waiting = [];
    super(entries => {
      if (!waiting.length) setTimeout(() => report(waiting.splice(0), this), 300);
      waiting.push(...entries);
    }, options);
  }
};
"""


@pytest.mark.parametrize("script", ["", LATE], ids=["at-once", "late"])
async def test_the_dock_is_always_in_sight_and_right_about_where_one_is(
    site: Site, open_tab: OpenTab, script: str
) -> None:
    tab = await open_tab("mira", reduced_motion="reduce", **PHONE)
    await tab.page.add_init_script(script)
    page, current = tab.page, tab.page.locator(".dock [aria-current]")
    await tab.open("/t/1/x")
    await expect(current).to_have_text("Article")
    await expect(page.locator(".dock")).to_be_in_viewport(ratio=1)
    await page.locator(".gutter:not(.is-empty)").first.click()
    await expect(page.locator(".is-sheet")).to_be_visible()
    await expect(current).to_contain_text("Discussion")
    await page.locator(".dock").get_by_role("link", name="Article").click()
    await expect(page.locator(".is-sheet")).to_have_count(0)
    await expect(current).to_have_text("Article")
    await page.locator(".dock").get_by_role("link", name="Discussion").click()
    await expect(current).to_contain_text("Discussion")
    await page.locator(".dock").get_by_role("link", name="Where people stand").click()
    await expect(current).to_have_text("Where people stand")
    await expect(page.locator(".dock")).to_be_in_viewport(ratio=1)
    await page.locator(".dock").get_by_role("link", name="Article").click()
    await expect(current).to_have_text("Article")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_from_1024_px_there_are_two_panes(site: Site, open_tab: OpenTab, scripts: bool) -> None:
    tab = await open_tab(java_script_enabled=scripts, viewport={"width": 1024, "height": 768})
    page = tab.page
    await tab.open("/t/1/x")
    await expect(page.locator(".dock")).to_be_hidden()
    article, talk = await page.locator("#article").bounding_box(), await page.locator("#discussion").bounding_box()
    assert article is not None
    assert talk is not None
    assert article["x"] + article["width"] <= talk["x"]
    assert await beyond(page) == []
    if scripts:
        await page.locator(".gutter:not(.is-empty)").first.click()
        await expect(page.locator(".group:focus")).to_be_visible()
        await expect(page.locator(".is-sheet")).to_have_count(0)
