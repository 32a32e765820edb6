"""Writing, voting and reading by keyboard, with the server's answers chosen."""

import pytest
from playwright.async_api import Route, expect

from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.comments.published_answers import PublishedShares
from tests.frontend.rows import comment, form, rendered
from tests.frontend.stage import Stage, html_answer

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

TEXT = "#compose textarea"


async def test_a_draft_with_its_quote_survives_a_reload(stage: Stage) -> None:
    await stage.open()
    await select(stage, "#p2", 2, 7)
    await stage.page.get_by_role("button", name="Respond to this").click()
    await stage.page.locator(TEXT).fill("unfinished")
    await stage.page.reload()
    await expect(stage.page.locator(TEXT)).to_have_value("unfinished")
    await expect(stage.page.locator("[name=quote]")).to_have_value("curve")
    await expect(stage.page.locator("[name=passage]")).to_have_value("2")


async def test_a_draft_is_gone_once_it_is_posted(stage: Stage) -> None:
    own = rendered("discussion/comments/posted.html", comment=comment(9, author="mira"), form=form())
    stage.answers["POST /t/1/comments"] = html_answer(own, 201)
    await stage.open()
    await write_and_post(stage, "a perspective")
    await expect(stage.page.locator("#comments > #c9")).to_be_visible()
    await stage.page.reload()
    await expect(stage.page.locator(TEXT)).to_have_value("")


async def test_a_refused_post_comes_back_with_its_words_and_what_is_wrong(stage: Stage) -> None:
    refused = form(body="a perspective", errors={"body": "This is too long."})
    stage.answers["POST /t/1/comments"] = html_answer(rendered("discussion/comments/_form.html", form=refused), 422)
    await stage.open()
    await write_and_post(stage, "a perspective")
    await expect(stage.page.locator("#compose .error")).to_have_text("This is too long.")
    await expect(stage.page.locator(TEXT)).to_have_value("a perspective")


async def test_a_broken_server_leaves_the_words_where_they_are_and_says_so(stage: Stage) -> None:
    stage.answers["POST /t/1/comments"] = html_answer("<!doctype html><h1>Bad gateway</h1>", 502)
    await stage.open()
    await write_and_post(stage, "a perspective")
    await expect(stage.page.locator("#compose .told")).to_contain_text("What you typed is still here")
    await expect(stage.page.locator(TEXT)).to_have_value("a perspective")


async def test_a_lost_line_is_said_beside_what_was_clicked_until_it_is_clicked_again(stage: Stage) -> None:
    reply = rendered("discussion/comments/_form.html", form=form(kind="reply", parent=1))
    stage.answers["GET /c/1/reply"] = gone
    await stage.open()
    link = stage.page.locator("#c1 > .comment-actions > a", has_text="Reply")
    await link.click()
    told = stage.page.locator("#c1 > .comment-actions + .told")
    await expect(told).to_have_text("The server cannot be reached. Try again in a moment.")
    stage.answers["GET /c/1/reply"] = html_answer(reply)
    await link.click()
    await expect(stage.page.locator("#c1-slot textarea")).to_be_focused()
    await expect(told).to_have_count(0)
    stage.answers["POST /t/1/comments"] = gone
    await stage.page.locator("#c1-slot textarea").fill("a reply")
    await stage.page.locator("#c1-slot .go").click()
    await expect(stage.page.locator("#c1-slot .told")).to_contain_text("What you typed is still here")
    await expect(stage.page.locator("#c1-slot textarea")).to_have_value("a reply")
    await expect(stage.page.locator("#toast")).to_be_empty()


async def test_a_vote_shows_at_once_and_a_refused_one_is_taken_back(stage: Stage) -> None:
    note = rendered(
        "platform/errors/_error.html", title="Not now.", message="Too many votes.", next_step=None, error_id=None
    )
    stage.answers["POST /c/1/vote"] = html_answer(note, 429)
    await stage.open()
    up = stage.page.locator("#c1-score .up")
    await up.click()
    await expect(stage.page.locator("#c1 > .comment-actions + .told")).to_contain_text("Too many votes.")
    await expect(up).to_have_attribute("aria-pressed", "false")
    await expect(stage.page.locator("#c1-score b")).to_have_text("+5")
    assert stage.sent[-1] == ("/c/1/vote", "axis=quality&value=1")


async def test_an_agreement_is_sent_and_taken_back_with_an_empty_value(stage: Stage) -> None:
    agreed = rendered(
        "discussion/comments/_votes.html",
        comment=comment(1),
        viewer_state=ViewerState(agreement=1, answers=PublishedShares(80, 20, 5)),
    )
    stage.answers["POST /c/1/vote"] = html_answer(agreed)
    await stage.open()
    await stage.page.locator("#c1-score .yes").click()
    await expect(stage.page.locator("#c1-score .meter")).to_have_text("80% agree")
    await stage.page.locator("#c1-score .yes").click()
    await expect(stage.page.locator("#c1-score .yes")).to_have_attribute("aria-pressed", "true")
    assert [body for path, body in stage.sent if path == "/c/1/vote"] == [
        "axis=agreement&value=1",
        "axis=agreement&value=",
    ]


async def test_keys_walk_the_discussion_and_never_act_while_one_types(stage: Stage) -> None:
    await stage.open()
    for key, focused in (("j", "c1"), ("j", "c2"), ("[", "c1"), ("]", "c3"), ("k", "c2")):
        await stage.page.keyboard.press(key)
        assert await stage.page.evaluate("document.activeElement.id") == focused
    await stage.page.keyboard.press("[")
    await stage.page.keyboard.press("c")
    await expect(stage.page.locator("#c2")).to_be_hidden()
    await stage.page.locator("#compose summary").first.click()
    await stage.page.locator(TEXT).press_sequentially("jack?")
    await expect(stage.page.locator(TEXT)).to_have_value("jack?")
    await expect(stage.page.locator("#keys")).to_be_hidden()


async def gone(route: Route) -> None:
    """A server that cannot be reached."""
    await route.abort()


async def write_and_post(stage: Stage, words: str) -> None:
    await stage.page.locator("#compose summary").first.click()
    await stage.page.locator(TEXT).fill(words)
    await stage.page.locator("#compose .go").click()


async def select(stage: Stage, passage: str, start: int, end: int) -> None:
    await stage.page.evaluate(
        "([at, start, end]) => getSelection().setBaseAndExtent("
        "...[start, end].flatMap(i => [document.querySelector(at + ' p').firstChild, i]))",
        [passage, start, end],
    )
