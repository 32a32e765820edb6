"""Deep discussions on small screens."""

from functools import reduce

import pytest
from markupsafe import Markup
from playwright.async_api import expect

from tests.frontend.rows import comment, form, rendered, thread_page
from tests.frontend.stage import Stage, html_answer

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

DEEPEST = 8
# How far apart the middles of the buttons are.
SPREAD = """one => {
  const boxes = [...one.querySelectorAll(".cancel, .button")].map(it => it.getBoundingClientRect());
  const middles = boxes.map(it => it.top + it.height / 2);
  return Math.max(...middles) - Math.min(...middles);
}"""


def deep_page() -> str:
    """A thread of one branch: comment n stands at depth n - 1."""

    def above(replies: str, depth: int) -> str:
        row = comment(depth + 1, depth=depth, parent=depth or None, reply_count=bool(replies))
        return rendered("discussion/comments/_comment.html", comment=row, replies=Markup(replies))  # noqa: S704 our own template

    return thread_page(reduce(above, range(DEEPEST, -1, -1), ""))


@pytest.fixture
async def deep(stage: Stage) -> Stage:
    stage.html = deep_page()
    reply = rendered("discussion/comments/_form.html", form=form(kind="reply", parent=DEEPEST + 1))
    stage.answers[f"GET /c/{DEEPEST + 1}/reply"] = html_answer(reply)
    return stage


async def test_a_reply_seven_deep_has_width_to_be_read_on_a_phone(deep: Stage) -> None:
    await deep.page.set_viewport_size({"width": 390, "height": 844})
    await deep.open()
    width = await deep.page.locator("#c7-body").evaluate("one => one.getBoundingClientRect().width")
    assert width >= 280


async def test_the_sources_of_a_new_article_stand_in_one_row_on_the_smallest_phone(stage: Stage) -> None:
    empty = {"source": "url", "url": "", "text": "", "title": "", "topic": "", "errors": {}}
    stage.html = rendered("articles/new.html", form=empty, path="/new")
    await stage.page.set_viewport_size({"width": 320, "height": 640})
    await stage.open("/new")
    tops = "labels => labels.map(label => label.getBoundingClientRect().top)"
    assert len(set(await stage.page.locator(".tabs-field label").evaluate_all(tops))) == 1
    assert await stage.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [390, 320])
async def test_the_buttons_of_a_reply_stay_in_one_row_at_any_depth(deep: Stage, width: int) -> None:
    await deep.page.set_viewport_size({"width": width, "height": 640})
    await deep.open()
    await deep.page.locator(f"#c{DEEPEST + 1} > .comment-actions > a", has_text="Reply").click()
    written = deep.page.locator(f"#c{DEEPEST + 1}-slot form")
    await expect(written).to_be_visible()
    assert await written.evaluate(SPREAD) < 1
    assert await written.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert await deep.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
