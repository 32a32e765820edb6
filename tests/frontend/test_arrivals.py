"""What the stream does to a discussion by passage."""

import pytest
from playwright.async_api import expect

from parley.discussion.comment_tree.fragments import ViewerState
from tests.frontend.rows import comment, form, passage, passage_page, rendered, thread, thread_page
from tests.frontend.stage import Stage, html_answer
from tests.frontend.test_live import WATCH_SHIFTS

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


@pytest.fixture
async def beside(stage: Stage) -> Stage:
    stage.html = passage_page()
    await stage.page.add_init_script(WATCH_SHIFTS)
    return stage


def arrival(number: int, on: int | None, author: str = "jon", stance: str | None = "supports", count: int = 2) -> str:
    made = comment(number, passage=on, anchor="same" if on else None, author=author, stance=stance)
    return rendered(
        "interfaces/live/posted.html", comment=made, passage=passage(on, "", supports=count) if on else None
    )


async def test_perspectives_wait_at_their_passage_and_the_markers_count_them(beside: Stage) -> None:
    page = beside.page
    await beside.open()
    beside.send(arrival(70, 2) + arrival(71, 2, count=3) + arrival(72, None))
    chip = page.get_by_role("button", name="2 new responses to this passage")
    await expect(chip).to_be_visible()
    await expect(page.locator(".gutter[data-passage='2'] > b")).to_have_text("3")
    await expect(page.locator("#g2-sum > b")).to_contain_text("3")
    await expect(page.locator("#gwhole").get_by_role("button", name="1 new response", exact=True)).to_be_visible()
    await expect(page.locator("#announcer")).to_contain_text("new comments in the discussion")
    assert await page.evaluate("window.shifts") == []
    await chip.click()
    await expect(page.locator("#g2 > .group-list > #c70")).to_be_focused()
    await expect(page.locator("#g2 > .group-list > #c71")).to_be_visible()
    await expect(chip).to_be_hidden()


async def test_the_first_perspective_on_a_passage_makes_its_group_where_the_article_has_it(beside: Stage) -> None:
    page = beside.page
    await beside.open()
    beside.send(arrival(70, 6, count=1))
    await expect(page.locator(".gutter[data-passage='6'] > b")).to_have_text("1")
    await expect(page.locator("#g6")).to_have_count(0)
    assert await page.evaluate("window.shifts") == []
    await page.get_by_role("button", name="1 new response", exact=True).click()
    await expect(page.locator("#g6 > .group-list > #c70")).to_be_visible()
    await expect(page.locator("#g6 h3")).to_contain_text("Passage 6 begins.")
    order = await page.locator(".group").evaluate_all("all => all.map(one => one.id)")
    assert order == ["g2", "g5", "g6", "g9", "gwhole"]
    beside.send(arrival(71, 6, count=2))
    await expect(page.locator("#g6").get_by_role("button", name="1 new response")).to_be_visible()
    await expect(page.locator("#g6-sum > b")).to_contain_text("2")


async def test_ones_own_perspective_stands_in_its_group_at_once(beside: Stage) -> None:
    page = beside.page
    own = comment(70, passage=6, anchor="same", author="mira")
    posted = rendered("discussion/comments/posted.html", comment=own, form=form(), thread=thread())
    beside.answers["POST /t/1/comments"] = html_answer(posted, 201)
    await beside.open()
    await page.locator(".gutter[data-passage='6']").focus()
    await page.keyboard.press("Enter")
    await page.locator("#compose textarea").fill("It is mine.")
    await page.locator("#compose .go").click()
    await expect(page.locator("#g6 > .group-list > #c70")).to_be_focused()
    await expect(page.locator("#c70")).to_be_in_viewport()
    beside.send(arrival(70, 6, author="mira", count=1))
    await expect(page.locator(".gutter[data-passage='6'] > b")).to_have_text("1")
    await expect(page.locator("#c70")).to_have_count(1)


async def test_one_stance_shows_only_what_arrives_of_it(beside: Stage) -> None:
    page = beside.page
    beside.html = passage_page(stance="challenges")
    await beside.open("/t/1/wager?view=passage&stance=challenges")
    beside.send(arrival(70, 2) + arrival(71, 2, stance="challenges"))
    await expect(page.get_by_role("button", name="1 new response to this passage")).to_be_visible()
    await expect(page.locator("#c70")).to_have_count(0)


async def test_a_thread_that_is_locked_meanwhile_offers_no_control_at_silent_passages(beside: Stage) -> None:
    page = beside.page
    await beside.open()
    silent = page.locator(".gutter[data-passage='1']")
    await expect(silent).to_be_visible()
    beside.send(rendered("interfaces/live/thread.html", thread=thread(state="locked")))
    await expect(silent).to_be_hidden()
    await expect(page.locator("#c32").get_by_role("link", name="Reply")).to_be_hidden()
    beside.send(rendered("interfaces/live/thread.html", thread=thread()))
    await expect(silent).to_be_visible()


async def test_the_words_that_a_removed_comment_quoted_go_with_it(beside: Stage) -> None:
    page = beside.page
    await beside.open()
    await expect(page.locator("#c32 .quote")).to_be_visible()
    gone = comment(32, passage=2, anchor="same", state="removed", raw_html="", author=None, quote=None)
    beside.send(rendered("interfaces/live/edited.html", comment=gone, passage=passage(2, "")))
    await expect(page.locator("#c32-body")).to_have_text("This comment was removed by a moderator.")
    await expect(page.locator("#c32 .quote")).to_have_count(0)
    await expect(page.locator(".gutter[data-passage='2']")).to_have_class("gutter is-empty")


async def test_the_first_perspective_on_a_passage_moves_nothing_on_a_phone(beside: Stage) -> None:
    page = beside.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await beside.open()
    beside.send(arrival(70, 1, count=1) + arrival(71, 2))
    await expect(page.locator(".gutter[data-passage='2'] > b")).to_have_text("2")
    assert await page.evaluate("window.shifts") == []


async def test_nothing_tells_of_what_a_muted_member_wrote(beside: Stage) -> None:
    page = beside.page
    beside.html = beside.html.replace("<body ", '<body data-muted="ben jon" ', 1)
    await beside.open()
    beside.send(arrival(70, 2) + arrival(71, None, count=3) + arrival(72, 2, author="lea", count=4))
    await expect(page.get_by_role("button", name="1 new response to this passage")).to_be_visible()
    await expect(page.locator(".fresh:visible")).to_have_count(1)
    await expect(page.locator("#c70, #c71")).to_have_count(0)


async def test_what_a_muted_member_wrote_opens_in_its_place_and_its_replies_stay(stage: Stage) -> None:
    page = stage.page
    answered = rendered("discussion/comments/_comment.html", comment=comment(1), viewer_state=ViewerState(muted=True))
    stage.html = thread_page(answered + rendered("discussion/comments/_comment.html", comment=comment(3)))
    await stage.open()
    collapsed = page.locator("#c1")
    await expect(collapsed.locator(":scope > .comment-body")).to_be_hidden()
    await expect(collapsed.get_by_role("link", name="Reply")).to_be_hidden()
    await expect(page.locator("#c3 > .comment-body")).to_be_visible()
    stage.send(rendered("interfaces/live/posted.html", comment=comment(80, parent=1, author="lea"), passage=None))
    chip = page.get_by_role("button", name="1 new", exact=True)
    await chip.click()
    await expect(page.locator("#c1-list > #c80")).to_be_visible()
    await expect(collapsed.locator(":scope > .comment-body")).to_be_hidden()
    await collapsed.get_by_text("Show").click()
    await expect(collapsed.locator(":scope > .comment-body")).to_be_visible()
    await expect(collapsed.get_by_role("link", name="Reply").first).to_be_visible()
