"""Comments written with AI assistance, as readers chose to meet them."""

import msgspec
import pytest
from markupsafe import Markup
from playwright.async_api import Locator, expect

from parley.discussion.comment_tree.fragments import ViewerState
from parley.people.accounts.viewer import Viewer
from tests.frontend.rows import MIRA, comment, rendered, thread_page
from tests.frontend.stage import Stage

pytestmark = pytest.mark.anyio

OWN = ViewerState(is_author=True, may_edit=True, may_delete=True)


def talk(viewer: Viewer | None = None) -> str:
    """Comment 1 and its reply, both assisted; 3 by hand; 4 assisted and the viewer's own."""
    reply = Markup(rendered("discussion/comments/_comment.html", comment=comment(2, parent=1, depth=1)))  # noqa: S704
    first = rendered(
        "discussion/comments/_comment.html", comment=comment(1, reply_count=1, assisted=True), replies=reply
    )
    plain = rendered("discussion/comments/_comment.html", comment=comment(3))
    own = rendered("discussion/comments/_comment.html", comment=comment(4, assisted=True), viewer_state=OWN)
    return thread_page(first + plain + (own if viewer else ""), viewer=viewer)


def body(stage: Stage, number: int) -> Locator:
    return stage.page.locator(f"#c{number}-body")


async def choose(stage: Stage, choice: str) -> None:
    await stage.page.locator(".talk-side > .menu:not(.stance-filter) > summary").click()
    await stage.page.get_by_role("button", name=choice, exact=True).click()


def member(choice: str) -> Viewer:
    return msgspec.structs.replace(MIRA, assisted=choice)


async def test_a_visitor_collapses_them_and_opens_one_in_its_place(stage: Stage) -> None:
    stage.html = talk()
    await stage.open()
    await expect(body(stage, 1)).to_be_visible()
    await choose(stage, "Collapse")

    await expect(body(stage, 1)).to_be_hidden()
    await expect(stage.page.locator("#c1-score")).to_be_hidden()
    await expect(body(stage, 2)).to_be_visible()
    await expect(body(stage, 3)).to_be_visible()
    await stage.page.locator("#c1-head").get_by_role("link", name="Show").click()
    await expect(body(stage, 1)).to_be_visible()
    await expect(stage.page.locator("#c1")).to_be_focused()
    assert "#" not in stage.page.url


async def test_a_visitors_choice_stays_on_the_device_and_no_cookie_tells_it(stage: Stage) -> None:
    stage.html = talk()
    await stage.open()
    await choose(stage, "Hide")
    await stage.page.reload()

    await expect(body(stage, 1)).to_be_hidden()
    await expect(stage.page.locator("#c1-head")).to_contain_text("Written with AI assistance.")
    await expect(stage.page.locator("#c1-head").get_by_role("link", name="Show")).to_be_hidden()
    await expect(body(stage, 2)).to_be_visible()
    await expect(stage.page.locator("[data-assist=hide]")).to_have_attribute("aria-pressed", "true")
    assert await stage.page.context.cookies() == []


@pytest.mark.parametrize("choice", ["collapse", "hide"])
async def test_a_members_choice_goes_before_the_devices_and_spares_their_own(stage: Stage, choice: str) -> None:
    stage.html = talk(member(choice))
    await stage.page.add_init_script("localStorage.setItem('parley:assisted', 'show')")
    await stage.open()

    await expect(body(stage, 1)).to_be_hidden()
    await expect(body(stage, 4)).to_be_visible()
    await expect(stage.page.locator("#c4-head .assisted")).to_be_visible()


async def test_no_key_votes_on_what_is_collapsed(stage: Stage) -> None:
    stage.html = talk(member("collapse"))
    await stage.open()
    async with stage.page.expect_response("**/c/2/vote"):
        for key in ("j", "u", "a", "j", "u"):
            await stage.page.keyboard.press(key)

    assert [path for path, _ in stage.sent if path.endswith("/vote")] == ["/c/2/vote"]


async def test_a_link_to_a_collapsed_comment_opens_it_without_script(stage: Stage) -> None:
    context = await stage.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    silent = Stage(await context.new_page())
    silent.html = talk(member("collapse"))
    await silent.open()
    await expect(body(silent, 1)).to_be_hidden()
    await silent.page.locator("#c1-head").get_by_role("link", name="Show").click()

    await expect(body(silent, 1)).to_be_visible()
    await context.close()
