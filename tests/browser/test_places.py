"""A reader keeps their place, and finds what they wrote: open, counted, and again after a reload."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

WIDE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SIZES = pytest.mark.parametrize("size", [pytest.param(WIDE, id="wide"), pytest.param(PHONE, id="phone")])
LONG = "\n\n".join(f"Sentence {number} of a long thought that took an evening to write down." for number in range(9))
SCROLL = "scrollBy(0, 500)"
CUT = """() => [...document.querySelectorAll(".comment-body:has(+ .clamp)")]
  .filter(one => one.checkVisibility({ contentVisibilityAuto: true }))
  .filter(one => one.nextElementSibling.checkVisibility() !== one.scrollHeight > one.clientHeight + 1)
  .map(one => one.id)"""


async def test_a_sign_of_where_people_part_keeps_the_readers_place(open_tab: OpenTab) -> None:
    tab = await open_tab(reduced_motion="reduce", **WIDE)
    page = tab.page
    await tab.open("/t/1/x")
    sign = page.locator(".signs").last
    await sign.evaluate("one => one.scrollIntoView({ block: 'center' })")
    before = await page.evaluate("scrollY")
    assert before > 200
    await sign.click()
    await expect(page.locator("#discussion[data-view=stand]")).to_be_visible()
    assert await page.evaluate("scrollY") == before
    await page.locator(".gutter:not(.is-empty)").last.evaluate("one => one.click()")
    await expect(page.locator("#discussion[data-view=passage]")).to_be_visible()
    assert await page.evaluate("scrollY") == before


async def test_on_a_phone_an_address_with_a_view_leads_to_it_and_coming_back_to_the_place_before(
    open_tab: OpenTab,
) -> None:
    tab = await open_tab(reduced_motion="reduce", **PHONE)
    page = tab.page
    await tab.open("/t/1/x?view=stand")
    await expect(page.locator("#discussion[data-view=stand]")).to_be_in_viewport(ratio=0.2)
    await page.evaluate("scrollTo(0, 50)")
    await page.reload()
    await page.wait_for_function("scrollY === 50")


async def test_on_a_phone_the_dock_leads_back_from_a_sign_to_where_it_was(open_tab: OpenTab) -> None:
    tab = await open_tab(reduced_motion="reduce", **PHONE)
    page = tab.page
    await tab.open("/t/1/x")
    sign = page.locator(".signs").last
    await sign.evaluate("one => one.scrollIntoView({ block: 'center' })")
    before = await page.evaluate("scrollY")
    await sign.click()
    await expect(page.locator("#discussion[data-view=stand]")).to_be_visible()
    await expect(page.locator("#discussion")).to_be_in_viewport()
    await page.locator(".dock").get_by_role("link", name="Article").click()
    assert abs(await page.evaluate("scrollY") - before) <= 1


async def test_the_dock_leaves_the_article_where_a_sheet_lay_over_it(open_tab: OpenTab) -> None:
    tab = await open_tab(reduced_motion="reduce", **PHONE)
    page = tab.page
    await tab.open("/t/1/x")
    await page.locator(".gutter:not(.is-empty)").nth(3).click()
    await expect(page.locator(".is-sheet")).to_be_visible()
    before = await page.evaluate("scrollY")
    await page.locator(".dock").get_by_role("link", name="Article").click()
    await expect(page.locator(".is-sheet")).to_have_count(0)
    assert await page.evaluate("scrollY") == before


@SIZES
async def test_a_posted_response_stands_open_counted_at_once_and_again_after_a_reload(
    site: Site, open_tab: OpenTab, size: dict[str, Any]
) -> None:
    thread = site.fresh_thread()
    tab = await open_tab("kofi", reduced_motion="reduce", **size)
    page = tab.page
    # Without the stream, which would bring the counts too.
    await page.route("**/live*", lambda route: route.abort())
    await tab.open(f"/t/{thread}/x")
    count = int(await page.locator("#count").inner_text())
    marker = page.locator(".gutter").first
    passage = await marker.get_attribute("data-passage")
    await marker.evaluate("one => one.click()")
    await page.locator("#compose label.chip", has_text="Adds").click()
    await page.locator("#compose textarea").fill(LONG)
    await page.locator("#compose textarea").press("Control+Enter")

    posted = page.locator(f"#g{passage} .comment", has_text="Sentence 8 of")
    await expect(posted).to_be_in_viewport()
    assert await posted.locator("> .comment-body").evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    await expect(page.locator("#count")).to_have_text(str(count + 1))
    await expect(page.locator(f".gutter[data-passage='{passage}'] > b")).to_have_text("1")
    # The heading counts from the second response on: a single one is seen.
    await expect(page.locator(f"#g{passage}-sum > b")).to_have_count(0)
    await expect(page.locator(".stance-filter a.adds > .stance")).to_have_text("2 additions")
    await page.reload()
    await expect(posted).to_be_in_viewport()
    assert await posted.locator("> .comment-body").evaluate("one => one.scrollHeight <= one.clientHeight + 1")


@SIZES
async def test_a_posted_reply_stands_below_what_it_answers_and_again_after_a_reload(
    site: Site, open_tab: OpenTab, size: dict[str, Any]
) -> None:
    tab = await open_tab("kofi", reduced_motion="reduce", **size)
    page = tab.page
    await tab.open(f"/t/{site.fresh_thread()}/x")
    answered = page.locator("#comments .comment:has(> .replies > .replies-list > .comment)").first
    number = await answered.get_attribute("id")
    await answered.locator("> .comment-actions").get_by_role("link", name="Reply").click()
    await answered.locator("> .comment-slot textarea").fill(LONG)
    await answered.locator("> .comment-slot textarea").press("Control+Enter")
    posted = page.locator(f"#{number}-list > .comment", has_text="Sentence 8 of")
    await expect(posted).to_be_in_viewport()
    await expect(page.locator(f"#{number} > .replies > summary")).to_contain_text("2 replies")
    await page.reload()
    await expect(posted).to_be_in_viewport()


async def test_a_comment_that_is_not_among_the_first_is_found_by_its_address(site: Site, open_tab: OpenTab) -> None:
    thread = site.made["thousand"]
    last = await site.value("select id from comment where thread = $1 order by best, id desc limit 1", thread)
    tab = await open_tab(**WIDE)
    await tab.open(f"/t/{thread}/x#c{last}")
    await expect(tab.page.locator(f"#c{last}")).to_be_in_viewport()


async def test_a_kept_draft_of_a_reply_is_shown_open(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab("kofi", **WIDE)
    page = tab.page
    await tab.open(f"/t/{site.fresh_thread()}/x")
    comment = page.locator("#comments .comment").last
    await comment.locator("> .comment-actions").get_by_role("link", name="Reply").click()
    await comment.locator("> .comment-slot textarea").fill("Half a thought.")
    await page.reload()
    await expect(comment.locator("> .comment-slot textarea")).to_have_value("Half a thought.")
    await expect(comment.locator("> .comment-slot textarea")).to_be_visible()


@SIZES
async def test_more_is_offered_only_where_something_is_cut(open_tab: OpenTab, size: dict[str, Any]) -> None:
    tab = await open_tab(**size)
    await tab.open("/t/1/x")
    await tab.fonts_shown()
    await expect(tab.page.locator(".clamp:visible").first).to_be_visible()
    assert await tab.page.evaluate(CUT) == []
    await tab.page.set_viewport_size({"width": 1024, "height": 900})
    await tab.fonts_shown()
    assert await tab.page.evaluate(CUT) == []


@pytest.mark.parametrize(
    ("path", "field"),
    [("/c/{comment}/report", "textarea"), ("/c/{own}/edit", "textarea"), ("/t/1/thesis", "[name=text]")],
    ids=["report", "edit", "thesis"],
)
async def test_ctrl_enter_sends_wherever_a_text_is_written(
    site: Site, open_tab: OpenTab, path: str, field: str
) -> None:
    viewer = "sam_h" if "thesis" in path else "ines"
    tab = await open_tab(viewer, **WIDE)
    own = await tab.comment(site.fresh_thread(), "A thought.")
    other = await site.value("select id from comment where thread = 1 and state = 'visible' order by id desc limit 1")
    await tab.open(path.format(comment=other, own=own))
    written = tab.page.locator(f"main form {field}").first
    for ground in (await tab.page.locator(".ground").all())[:1]:
        await ground.click()
    async with tab.page.expect_request(lambda one: one.method == "POST"):
        await written.press("Control+Enter")


async def test_a_picture_left_out_is_named_in_the_preview(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab("kofi", **WIDE)
    page = tab.page
    await tab.open(f"/t/{site.fresh_thread()}/x")
    await page.locator("#compose summary").first.click()
    await page.locator("#compose textarea").fill("See ![the curve](https://example.org/curve.png).")
    await page.locator("#compose").get_by_role("button", name="Preview").click()
    await expect(page.locator("#compose .previewed .notice")).to_contain_text("“the curve” is left out")
    await page.locator("#compose textarea").fill("")
