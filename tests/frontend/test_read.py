"""What was read before collapses away when asked."""

import pytest
from markupsafe import Markup
from playwright.async_api import expect

from tests.frontend.rows import Row, comment, rendered, thread_page
from tests.frontend.stage import Stage

pytestmark = pytest.mark.anyio

LEFT = Row(passage=2, words="A curve that holds", unread=1, first="#c4")


def branch(first: int, *, new: bool) -> str:
    """A comment with a reply, which may be new."""
    reply = rendered("discussion/comments/_comment.html", comment=comment(first + 1, parent=first, depth=1))
    if new:
        reply = reply.replace('class="comment', 'class="comment is-new', 1)
    return rendered("discussion/comments/_comment.html", comment=comment(first, reply_count=1), replies=Markup(reply))  # noqa: S704


async def test_branches_without_anything_new_fold_when_asked(stage: Stage) -> None:
    stage.html = thread_page(branch(1, new=False) + branch(3, new=True), left=LEFT)
    await stage.open()
    await expect(stage.page.locator("#c2")).to_be_visible()
    await stage.page.locator(".since > summary").click()
    await stage.page.get_by_role("button", name="Collapse read comments").click()

    await expect(stage.page.locator("#c2")).to_be_hidden()
    await expect(stage.page.locator("#c1-body")).to_be_visible()
    await expect(stage.page.locator("#c4")).to_be_visible()
    await stage.page.reload()
    await expect(stage.page.locator("#c2")).to_be_visible()


async def test_where_nothing_is_new_there_is_nothing_to_fold(stage: Stage) -> None:
    await stage.open()

    await expect(stage.page.get_by_role("button", name="Collapse read comments")).to_have_count(0)


async def test_the_passage_being_read_is_told_and_the_page_never_scrolls_by_itself(stage: Stage) -> None:
    stage.html = thread_page(left=LEFT)
    await stage.page.set_viewport_size({"width": 1440, "height": 200})
    async with stage.page.expect_request("**/seen") as at_once:
        await stage.open()
    await expect(stage.page.locator(".left-off")).to_contain_text("You read up to “A curve that holds”")
    assert await stage.page.evaluate("scrollY") == 0
    # The second passage comes to stand where one reads.
    await stage.page.locator("#p2").evaluate("one => scrollBy(0, one.getBoundingClientRect().top - 60)")
    await stage.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    async with stage.page.expect_request("**/seen") as on_leaving:
        await stage.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    told = [(await one.value).post_data or "" for one in (at_once, on_leaving)]
    assert [one.partition("&")[0] for one in told] == ["passage=", "passage=2"]
