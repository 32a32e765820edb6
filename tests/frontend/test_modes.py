"""The thread's page on paper, in forced colours, at twice the size, and with every tool on its line."""

from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.comments.published_answers import PublishedShares
from tests.frontend.rows import comment, rendered, thread, thread_page
from tests.frontend.stage import Stage

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

CHROME = ".masthead, .foot, .dock, .tabs, .stance-filter, #compose, .comment-score, .comment-actions, .gutter"
CHROME += ", .by > [href$='/report'], .follow"
SHOWN = (
    "chrome => [...document.querySelectorAll(chrome)].filter(one => one.checkVisibility()).map(one => one.className)"
)
STYLE = "(one, [part, name]) => getComputedStyle(one, part)[name]"
VOTES, ACTIONS = ":scope > .comment-score :is(button, .meter)", ":scope > .comment-actions > a"
# On a phone they have words, and a line each.
EACH_VOTE = [f":scope > .comment-score > form:{child} :is(button, .meter)" for child in ("first-child", "last-child")]
MIDDLES = """(one, tools) => [...one.querySelectorAll(tools)]
    .filter(it => it.checkVisibility())
    .map(it => it.getBoundingClientRect()).map(box => Math.round((box.top + box.bottom) / 2))"""
# Seconds that a change takes at most, of all there are on the page.
LONGEST = """() => Math.max(...[...document.querySelectorAll("*")]
  .flatMap(one => ["", "::before", "::after"].map(part => {
  const { transitionDuration, animationDuration } = getComputedStyle(one, part || null);
  return Math.max(...`${transitionDuration}, ${animationDuration}`.split(", ").map(parseFloat));
})))"""
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"


async def style(page: Page, selector: str, part: str | None, name: str) -> str:
    found: str = await page.locator(selector).first.evaluate(STYLE, [part, name])
    return found


async def test_on_paper_stand_the_article_and_the_comments_and_nothing_else(stage: Stage) -> None:
    await stage.page.emulate_media(media="print", color_scheme="dark")
    await stage.open()
    assert await stage.page.evaluate(SHOWN, CHROME) == []
    for words in ("Costs come first.", "Comment 1.", "Comment 2.", "as much power"):
        await expect(stage.page.get_by_text(words).last).to_be_visible()
    assert await style(stage.page, "body", None, "backgroundColor") == "rgb(255, 255, 255)"
    assert await style(stage.page, ".passage", None, "color") == "rgb(0, 0, 0)"
    talk = await stage.page.locator(".talk").bounding_box()
    article = await stage.page.locator(".piece").bounding_box()
    assert talk is not None
    assert article is not None
    assert talk["y"] >= article["y"] + article["height"], "one column"
    assert await style(stage.page, ".talk", None, "overflowY") == "visible"


async def test_paper_shows_the_replies_that_the_screen_has_collapsed(stage: Stage) -> None:
    await stage.open()
    await stage.page.locator("#c1 > .replies > summary").click()
    await expect(stage.page.get_by_text("Comment 2.")).to_be_hidden()
    await stage.page.emulate_media(media="print")
    await expect(stage.page.get_by_text("Comment 2.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_forced_colours_leave_icons_arrows_and_marks_to_see(stage: Stage, scheme: str) -> None:
    await stage.page.emulate_media(forced_colors="active", color_scheme="dark" if scheme == "dark" else "light")
    await stage.open()
    page = stage.page
    ground = await style(page, "body", None, "backgroundColor")
    drawn = [(".comment .stance", "::before"), (".up", "::before"), (".down", "::before"), (".passage", "::before")]
    for selector, part in drawn:
        assert await style(page, selector, part, "backgroundColor") != ground, selector
    assert await style(page, ".gutter .balance", None, "borderTopWidth") == "1px"
    await page.locator(".up").first.focus()
    await page.keyboard.press("Tab")
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    current = page.locator(".tab[aria-current]")
    assert "underline" in await current.evaluate("one => getComputedStyle(one).textDecorationLine")


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (390, [*EACH_VOTE, ACTIONS]),
        (1100, [VOTES, ACTIONS]),
        (1440, [f"{VOTES}, {ACTIONS}"]),
        (1920, [f"{VOTES}, {ACTIONS}"]),
    ],
    ids=["390", "1100", "1440", "1920"],
)
async def test_votes_and_actions_of_a_comment_stand_on_one_line_where_there_is_room(
    stage: Stage, width: int, lines: list[str]
) -> None:
    busy = comment(1, score=141)
    stage.html = thread_page(
        rendered(
            "discussion/comments/_comment.html",
            comment=busy,
            viewer_state=ViewerState(agreement=1, answers=PublishedShares(65, 30, 25)),
        )
    )
    await stage.page.set_viewport_size({"width": width, "height": 800})
    await stage.open()
    for tools in lines:
        middles = await stage.page.locator("#c1").evaluate(MIDDLES, tools)
        assert max(middles) - min(middles) <= 2, (tools, middles)


@pytest.mark.parametrize("width", [320, 720])
async def test_zoom_and_small_screens_take_nothing_away(stage: Stage, width: int) -> None:
    await stage.page.set_viewport_size({"width": width, "height": 450})
    await stage.open()
    assert not await stage.page.evaluate(SIDEWAYS)
    for name in ("All comments 2", "Reply"):
        await expect(stage.page.get_by_role("link", name=name).first).to_be_visible()
    # The passage being read can be answered where nobody hovers.
    await stage.page.locator(".passage-row").first.evaluate("one => scrollBy(0, one.getBoundingClientRect().top - 150)")
    await expect(stage.page.locator(".is-read > .gutter").first).to_have_css("opacity", "1")


async def test_words_that_changed_are_told_apart_without_colour(stage: Stage) -> None:
    changed = comment(1, passage=2, anchor="changed", quote="the plan was", words="the plan read as", on_revision=1)
    stage.html = thread_page(rendered("discussion/comments/_comment.html", comment=changed))
    await stage.open()
    assert await style(stage.page, ".quote del", None, "textDecorationLine") == "line-through"
    assert await style(stage.page, ".quote ins", None, "textDecorationLine") == "underline"
    await expect(stage.page.get_by_role("link", name="on version 1")).to_be_visible()


async def test_a_passage_that_is_gone_can_be_read_where_it_was_answered(stage: Stage) -> None:
    lost = comment(1, passage=2, anchor="lost", quote="as much power", earlier="A curve as it once was.", on_revision=1)
    stage.html = thread_page(rendered("discussion/comments/_comment.html", comment=lost))
    await stage.open()
    await expect(stage.page.get_by_text("A curve as it once was.")).to_be_hidden()
    await stage.page.get_by_text("No longer in the article").click()
    await expect(stage.page.get_by_text("A curve as it once was.")).to_be_visible()


@pytest.mark.parametrize(("state", "slow", "answers"), [("open", 120, 3), ("locked", 0, 0)])
async def test_a_slowed_thread_offers_answers_and_a_locked_one_does_not(
    stage: Stage, state: str, slow: int, answers: int
) -> None:
    stage.html = thread_page(thread=thread(state=state, slow=slow))
    await stage.open()
    await expect(stage.page.locator("#thread-state .notice")).to_have_count(1)
    await expect(stage.page.get_by_role("link", name="Reply")).to_have_count(answers)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
async def test_nothing_glides_for_whoever_wants_no_motion(
    stage: Stage, motion: Literal["reduce", "no-preference"]
) -> None:
    await stage.page.emulate_media(reduced_motion=motion)
    await stage.open()
    longest = await stage.page.evaluate(LONGEST)
    assert longest == 0 if motion == "reduce" else 0 < longest < 0.2


RARE = ":scope > .comment-actions > .rare"
OPACITIES = "(one, rare) => [...one.querySelectorAll(rare)].map(it => getComputedStyle(it).opacity)"


async def test_what_is_used_rarely_comes_when_a_comment_is_pointed_at_or_has_the_focus(stage: Stage) -> None:
    await stage.open()
    one = stage.page.locator("#c1")
    assert await one.evaluate(OPACITIES, RARE) == ["0"]
    await one.locator("> .comment-head").hover()
    assert await one.evaluate(OPACITIES, RARE) == ["1"]
    await stage.page.mouse.move(0, 0)
    assert await one.evaluate(OPACITIES, RARE) == ["0"]
    await one.locator("> .comment-actions > a").first.focus()
    assert await one.evaluate(OPACITIES, RARE) == ["1"]


async def test_where_nobody_hovers_all_is_shown(browser: Browser) -> None:
    context = await browser.new_context(is_mobile=True, has_touch=True)
    stage = Stage(await context.new_page())
    await stage.open()
    assert set(await stage.page.locator("#c1").evaluate(OPACITIES, RARE)) == {"1"}
    await context.close()
