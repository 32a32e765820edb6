"""What the stream does to a page that somebody reads or writes on."""

import pytest
from playwright.async_api import expect

from tests.frontend.rows import comment, form, rendered
from tests.frontend.stage import Stage, html_answer

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

# The page's layout shifts: how much, which node, from where, to where. None may occur.
WATCH_SHIFTS = """
window.shifts = [];
const box = rect => [rect.x, rect.y, rect.width, rect.height].join(" ");
const told = one => ({
  value: one.value,
  nodes: one.sources.map(({ node, previousRect, currentRect }) =>
    `${(node?.outerHTML ?? node?.data ?? "gone").slice(0, 80)}: ${box(previousRect)} -> ${box(currentRect)}`),
});
// A line that breaks one word earlier until the font is there moves by less, and an arrival by more.
const far = one => one.value >= 0.01;
new PerformanceObserver(list => window.shifts.push(...list.getEntries().filter(far).map(told)))
  .observe({ type: "layout-shift", buffered: true });
"""


WATCH_STOPS = """
window.stops = 0;
const watcher = new MutationObserver(all => window.stops += all.length);
watcher.observe(document.body, { subtree: true, attributeFilter: ["tabindex"] });
"""


async def test_an_arrival_waits_behind_a_button_and_moves_nothing(stage: Stage) -> None:
    await stage.page.add_init_script(WATCH_SHIFTS)
    await stage.open()
    stage.send(rendered("interfaces/live/posted.html", comment=comment(8)))
    stage.send(rendered("interfaces/live/posted.html", comment=comment(9, parent=1, depth=1)))
    await expect(stage.page.get_by_role("button", name="1 new response")).to_be_visible()
    await expect(stage.page.get_by_role("button", name="1 new", exact=True)).to_be_visible()
    await expect(stage.page.locator("#c8")).to_be_hidden()
    await expect(stage.page.locator("#c9")).to_be_hidden()
    assert await stage.page.evaluate("window.shifts") == []


async def test_a_waiting_reply_comes_in_at_its_place_when_asked_for(stage: Stage) -> None:
    await stage.open()
    stage.send(rendered("interfaces/live/posted.html", comment=comment(9, parent=1, depth=1)))
    await stage.page.get_by_role("button", name="1 new", exact=True).click()
    await expect(stage.page.locator("#c1-list > #c9")).to_be_focused()
    await expect(stage.page.locator("#c1 > .replies > summary")).to_have_text("2 replies")


async def test_ones_own_comment_stands_in_place_at_once_and_only_once(stage: Stage) -> None:
    await stage.open()
    own = rendered("interfaces/live/posted.html", comment=comment(9, parent=1, depth=1, author="mira"))
    stage.send(own)
    stage.send(own)
    stage.send(rendered("interfaces/live/readers.html", readers=2))
    await expect(stage.page.locator("#readers")).to_have_text("2 reading")
    await expect(stage.page.locator("#c1-list > #c9")).to_be_visible()
    await expect(stage.page.locator("#c9")).to_have_count(1)


async def test_an_open_reply_with_its_focus_survives_an_edit_and_a_score(stage: Stage) -> None:
    stage.answers["GET /c/1/reply"] = html_answer(
        rendered("discussion/comments/_form.html", form=form(kind="reply", parent=1))
    )
    await stage.open()
    await stage.page.locator("#c1 > .comment-actions a", has_text="Reply").click()
    text = stage.page.locator("#c1-slot textarea")
    await text.fill("half a thought")
    stage.send(rendered("interfaces/live/edited.html", comment=comment(1, raw_html="corrected words")))
    stage.send(rendered("interfaces/live/scores.html", scores=[comment(1, score=6)]))
    await expect(stage.page.locator("#c1-body")).to_have_text("corrected words")
    await expect(stage.page.locator("#c1-score b")).to_have_text("+6")
    await expect(text).to_have_value("half a thought")
    await expect(text).to_be_focused()


async def test_a_score_that_arrives_leaves_ones_own_vote_pressed(stage: Stage) -> None:
    await stage.open()
    # The script has found the passage being read, and with it the marker that the Tab key reaches.
    await expect(stage.page.locator(".passage-row.is-read")).to_have_count(1)
    await stage.page.evaluate("document.querySelector('#c1-score .up').setAttribute('aria-pressed', 'true')")
    await stage.page.evaluate(WATCH_STOPS)
    stage.send(rendered("interfaces/live/scores.html", scores=[comment(1, score=6)]))
    await expect(stage.page.locator("#c1-score b")).to_have_text("+6")
    await expect(stage.page.locator("#c1-score .up")).to_have_attribute("aria-pressed", "true")
    # Nor does it touch the markers, which costs the style of the whole page each time.
    assert await stage.page.evaluate("window.stops") == 0


async def test_a_removal_takes_the_words_away(stage: Stage) -> None:
    await stage.open()
    stage.send(rendered("interfaces/live/edited.html", comment=comment(1, state="removed", raw_html="", author=None)))
    await expect(stage.page.locator("#c1-body")).to_have_text("This comment was removed by a moderator.")
    await expect(stage.page.locator("#c2")).to_be_visible()


async def test_a_first_connection_that_fails_is_tried_again(stage: Stage) -> None:
    stage.streams_to_refuse = 1
    await stage.open()
    stage.send(rendered("interfaces/live/readers.html", readers=14))
    await expect(stage.page.locator("#readers")).to_have_text("14 reading")
