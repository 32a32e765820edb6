"""Comments out of sight get their layout when there is time."""

import pytest
from markupsafe import Markup
from playwright.async_api import expect

from tests.frontend.rows import comment, rendered, thread_page
from tests.frontend.stage import Stage

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


def _branch(number: int) -> str:
    reply = Markup(rendered("discussion/comments/_comment.html", comment=comment(number + 1, parent=number, depth=1)))  # noqa: S704
    return rendered("discussion/comments/_comment.html", comment=comment(number, reply_count=1), replies=reply)


async def test_on_a_phone_every_comment_has_its_layout_in_the_end(stage: Stage) -> None:
    await stage.page.set_viewport_size({"width": 390, "height": 844})
    stage.html = thread_page("".join(_branch(number) for number in range(1, 101, 2)))
    await stage.open()
    await expect(stage.page.locator(".comments > .comment:not(.is-laid-out), .is-later")).to_have_count(0)
    put_off = (
        "[...document.querySelectorAll('.comment')].filter(one => getComputedStyle(one).contentVisibility != 'visible')"
    )
    assert await stage.page.evaluate(f"{put_off}.length") == 0


async def test_a_form_to_vote_stays_one_where_nothing_runs(stage: Stage) -> None:
    await stage.open()
    owned = "[...document.querySelectorAll('.comment-score :is(input, button)')].filter(one => one.form).length"
    assert await stage.page.evaluate(owned) == 0
    assert 'class="comment-score"' in stage.html and '<form method="post" action="/c/1/vote">' in stage.html
