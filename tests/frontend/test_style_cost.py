"""How many elements a browser styles again when the page changes."""

import json

import pytest
from playwright.async_api import Browser

from tests.frontend.rows import comment, rendered, thread_page
from tests.frontend.stage import Stage

COMMENTS = 40
# A comment has about 30 elements; those of all others are 1,200.
FEW = 100
APPEND = """() => {
  const added = document.querySelector("#c1").cloneNode(true);
  added.id = "c99";
  document.querySelector("#comments").append(added);
  return added.offsetHeight;
}"""
READ_ON = """() => {
  document.querySelectorAll(".passage-row").forEach((row, place) => row.classList.toggle("is-read", place === 1));
  return document.body.offsetHeight;
}"""


@pytest.mark.parametrize("change", [APPEND, READ_ON], ids=["a comment arrives", "the reader scrolls on"])
async def test_a_change_leaves_the_style_of_other_comments_alone(stage: Stage, browser: Browser, change: str) -> None:
    page = stage.page
    comments = (
        rendered("discussion/comments/_comment.html", comment=comment(number)) for number in range(1, COMMENTS + 1)
    )
    stage.html = thread_page("".join(comments))
    await stage.open()
    await page.evaluate("document.body.offsetHeight")
    await browser.start_tracing(page=page, categories=["devtools.timeline"])
    await page.evaluate(change)
    events = json.loads(await browser.stop_tracing())["traceEvents"]
    styled = [one["args"]["elementCount"] for one in events if one["name"] == "UpdateLayoutTree" and one["ph"] == "X"]
    assert 0 < sum(styled) < FEW
