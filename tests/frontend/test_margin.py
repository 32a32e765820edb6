"""The two sides of the page: the column follows the article, markers lead to perspectives, each lights the other."""

import pytest
from playwright.async_api import Page, expect

from tests.frontend.rows import comment, passage_page, rendered
from tests.frontend.stage import Stage

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

PHONE = {"width": 390, "height": 844}
# How far a group stands below the column's bar.
GAP = """name => Math.round(document.querySelector(`#${name} > header`).getBoundingClientRect().top
  - document.querySelector('.talk-bar').getBoundingClientRect().bottom)"""
READ = """n => {
  const { top } = document.querySelectorAll('.passage')[n].getBoundingClientRect();
  scrollBy(0, top - innerHeight / 5);
}"""
TIME_FOLLOWING = """
window.spent = [];
const Native = IntersectionObserver;
window.IntersectionObserver = class extends Native {
  constructor(act, options) {
    const timed = (...all) => {
      const begun = performance.now();
      act(...all);
      window.spent.push(performance.now() - begun);
    };
    super(timed, options);
  }
};
"""
SCROLL = """async () => {
  let frames = 0;
  for (let y = 0; y < document.body.scrollHeight; y += 60, frames++) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
  return frames;
}"""


@pytest.fixture
async def beside(stage: Stage) -> Stage:
    """The page by passage, for somebody who wants no motion."""
    stage.html = passage_page()
    await stage.page.emulate_media(reduced_motion="reduce")
    return stage


async def at_top(page: Page, group: str) -> None:
    await page.wait_for_function(f"name => Math.abs(({GAP})(name) - 12) < 3", arg=group)


async def read(page: Page, passage: int) -> None:
    await page.evaluate(READ, passage - 1)
    await expect(page.locator(f".is-read > #p{passage}")).to_be_visible()


async def test_the_column_follows_the_passage_being_read_and_never_scrolls_the_page(beside: Stage) -> None:
    page = beside.page
    await beside.open()
    await page.mouse.move(300, 400)
    for passage in (5, 9):
        await read(page, passage)
        before = await page.evaluate("scrollY")
        await at_top(page, f"g{passage}")
        assert await page.evaluate("scrollY") == before
        await expect(page.locator("[name=passage]")).to_have_value(str(passage))
    stood = await page.evaluate("document.getElementById('discussion').scrollTop")
    await read(page, 7)
    await expect(page.locator("[name=passage]")).to_have_value("7")
    await page.wait_for_timeout(400)
    assert await page.evaluate("document.getElementById('discussion').scrollTop") == stood


async def test_the_column_stays_while_it_is_in_use(beside: Stage) -> None:
    page = beside.page
    await beside.open()
    await page.mouse.move(1200, 600)
    await page.evaluate(READ, 8)
    await expect(page.locator(".is-read > #p9, .is-read > #p10, .is-read > #p11").first).to_be_visible()
    await page.wait_for_timeout(400)
    assert await page.evaluate("document.getElementById('discussion').scrollTop") == 0


async def test_following_costs_little_in_every_frame(beside: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    await beside.page.add_init_script(TIME_FOLLOWING)
    await beside.open()
    frames = await beside.page.evaluate(SCROLL)
    spent = await beside.page.evaluate("window.spent")
    figure = f"following: {sum(spent) / frames:.3f} ms a frame, {max(spent):.2f} ms at most"
    with capsys.disabled():
        print(f"\n{figure}, in {len(spent)} of {frames} frames")  # noqa: T201 a figure to be read
    assert 0 < len(spent) < frames


async def test_a_marker_leads_to_the_group_or_to_an_empty_form(beside: Stage) -> None:
    page = beside.page
    await beside.open()
    await page.locator(".gutter[data-passage='5']").click()
    await at_top(page, "g5")
    await expect(page.locator("#g5")).to_be_focused()
    await page.locator(".gutter[data-passage='6']").click()
    await expect(page.locator("#compose textarea")).to_be_focused()
    await expect(page.locator("[name=passage]")).to_have_value("6")
    await page.locator("#g9 .respond-here").click()
    await expect(page.locator("[name=passage]")).to_have_value("9")
    words = await page.locator("#p9").inner_text()
    await expect(page.locator(".compose > summary")).to_contain_text(f"Respond to {words[:20]}")


async def test_a_marker_of_the_whole_discussion_turns_to_passages_and_back_returns(stage: Stage) -> None:
    page = stage.page
    await stage.open("/t/1/wager?view=all")
    await page.locator("#compose summary").first.click()
    await page.locator("#compose textarea").fill("half a thought")
    await page.evaluate("scrollTo(0, 30)")
    whole, stage.html = stage.html, passage_page()
    await page.locator(".tab[data-tab=passage]").click()
    await expect(page.locator("#g5")).to_be_visible()
    await expect(page.locator(".tab[data-tab=passage]")).to_be_focused()
    await expect(page.locator("#compose textarea")).to_have_value("half a thought")
    assert page.url.endswith("?view=passage")
    stage.html = whole
    await page.go_back()
    await expect(page.locator("#comments > #c1")).to_be_visible()
    await expect(page.locator("#compose textarea")).to_have_value("half a thought")
    assert await page.evaluate("scrollY") == 30


async def test_each_side_lights_the_other(beside: Stage) -> None:
    page = beside.page
    await beside.open()
    await page.locator("#c35").hover()
    await expect(page.locator(".is-lit > #p5")).to_be_visible()
    lit = "[...CSS.highlights.get('parley-quote')].map(String).join('')"
    assert await page.evaluate(lit) == "the water they drink"
    await page.locator("#p2").hover()
    await expect(page.locator("#g2.is-lit #c32.is-lit")).to_be_visible()
    await page.locator("#c39 .quote").click()
    await expect(page.locator("#p9")).to_be_focused()
    await expect(page.locator("#p9")).to_be_in_viewport()


async def test_words_over_two_passages_are_lit_in_both(beside: Stage) -> None:
    spans = comment(40, passage=5, anchor="same", quote="the power they draw. Passage 6 begins.")
    shown = rendered("discussion/comments/_comment.html", comment=spans)
    before, list_, after = beside.html.partition('<div class="group-list"><article')
    beside.html = before + list_.removesuffix("<article") + shown + "<article" + after
    await beside.open()
    await beside.page.locator("#c40").hover()
    await expect(beside.page.locator(".is-lit > .passage")).to_have_count(2)
    parts = await beside.page.evaluate("[...CSS.highlights.get('parley-quote')].map(String)")
    assert parts == ["the power they draw.", "Passage 6 begins."]


async def test_a_marker_on_a_phone_opens_a_sheet_and_gives_the_focus_back(beside: Stage) -> None:
    page = beside.page
    await page.set_viewport_size(PHONE)
    await beside.open()
    marker = page.locator(".gutter[data-passage='5']")
    await marker.scroll_into_view_if_needed()
    await marker.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#c35")).to_be_in_viewport()
    await expect(page.locator("#c32")).to_be_hidden()
    assert await page.evaluate("document.activeElement.closest('#discussion') !== null")
    stood = await page.evaluate("scrollY")
    await page.mouse.move(100, 100)
    await page.mouse.wheel(0, 300)
    await page.wait_for_timeout(100)
    assert await page.evaluate("scrollY") == stood
    await page.keyboard.press("Escape")
    await expect(marker).to_be_focused()
    await expect(page.locator("#c32")).to_be_attached()
    await expect(page.locator(".group[hidden]")).to_have_count(0)


async def test_a_sheet_begins_with_the_perspectives_though_a_draft_is_kept(beside: Stage) -> None:
    page = beside.page
    await page.set_viewport_size(PHONE)
    await beside.open()
    await page.locator("#compose summary").first.click()
    await page.locator("#compose textarea").fill("Half a thought.")
    await page.reload()
    await expect(page.locator("#compose textarea")).to_have_value("Half a thought.")
    await page.locator(".gutter[data-passage='5']").click()
    await expect(page.locator("#c35 > .comment-body")).to_be_in_viewport()
    await page.locator("#compose summary").first.click()
    await expect(page.locator("#compose textarea")).to_have_value("Half a thought.")
    await expect(page.locator("#compose textarea")).to_be_focused()


async def test_a_link_to_the_same_page_of_another_stance_changes_the_discussion_alone(beside: Stage) -> None:
    page = beside.page
    await beside.open()
    await page.evaluate("window.same = true; scrollTo(0, 300)")
    # Playwright's click would scroll the page: the link is within the margin that scrolling to an element leaves.
    await page.locator(".stance-filter a", has_text="challenge").evaluate("link => link.click()")
    await page.wait_for_url("**stance=challenges**")
    await expect(page.locator(".stance-filter > summary")).to_be_focused()
    assert await page.evaluate("window.same && scrollY") == 300


async def test_the_form_lights_what_it_answers(beside: Stage) -> None:
    page = beside.page
    await beside.open()
    await page.locator("#g9 .respond-here").click()
    await page.mouse.move(5, 5)
    await page.locator("#compose .go").focus()
    await expect(page.locator(".is-lit > #p9")).to_be_attached()


async def test_a_long_selection_is_shown_shortened(beside: Stage) -> None:
    page = beside.page
    await beside.open()
    await page.locator("#p2").click(click_count=3)
    await page.get_by_role("button", name="Respond to this").click()
    shown = await page.locator(".write-quote q").inner_text()
    assert shown.startswith("Passage 2 begins.")
    assert shown.endswith(" …")
    assert len(shown) <= 301
    assert len(await page.locator("[name=quote]").input_value()) > 500


async def test_a_sheet_closes_when_the_screen_turns_wide(beside: Stage) -> None:
    page = beside.page
    await page.set_viewport_size(PHONE)
    await beside.open()
    await page.locator(".gutter[data-passage='5']").click()
    await expect(page.locator("#discussion.is-sheet")).to_be_visible()
    await page.set_viewport_size({"width": 1440, "height": 900})
    await expect(page.locator(".is-sheet, [inert], .group[hidden]")).to_have_count(0)
