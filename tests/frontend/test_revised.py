"""A revision that arrives while its article is being read."""

import pytest
from playwright.async_api import Page, expect

from tests.frontend.rows import LONG, Row, article, passage, passage_page, passage_rows, rendered
from tests.frontend.stage import Stage, html_answer
from tests.frontend.test_live import WATCH_SHIFTS
from tests.frontend.test_margin import READ

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

TOP = "n => document.getElementById(`p${n}`).getBoundingClientRect().top"
ORDER = "[...document.querySelectorAll('.passages .passage')].map(one => Number(one.id.slice(1)))"
NEW = [1, 2, 30, 3, 4, 5, 6, 7, 8, 10, 9, 12]


def revised() -> list[Row]:
    """2, 6 and 12 read otherwise, 30 is new, 11 is gone, 10 stands before 9."""
    changed = {2: f"A longer second passage. {LONG}{LONG}", 6: f"A changed sixth passage. {LONG}", 12: "A short end."}
    return [passage(n, changed.get(n, f"Passage {n} begins. {LONG}"), adds=3 if n == 5 else 0) for n in NEW]


@pytest.fixture
async def reading(stage: Stage) -> Stage:
    """Somebody reads the fifth passage, with the sixth below it in sight."""
    stage.html = passage_page()
    stage.answers["GET /t/1/article"] = html_answer(str(passage_rows(revised())))
    await stage.page.add_init_script(WATCH_SHIFTS + "Math.random = () => 0;")
    await stage.open()
    await stage.page.evaluate(READ, 4)
    await expect(stage.page.locator(".is-read > #p5")).to_be_visible()
    return stage


def send(stage: Stage) -> None:
    stage.send(rendered("interfaces/live/article.html", article=article(passages_changed=3)))


async def stands(page: Page, passage: int, top: float) -> None:
    assert abs(await page.evaluate(TOP, passage) - top) < 1


async def test_what_is_out_of_sight_is_replaced_and_what_is_read_stays(reading: Stage) -> None:
    page = reading.page
    top = await page.evaluate(TOP, 5)
    send(reading)
    await expect(page.locator("#article-notice")).to_contain_text("The article was revised: 3 passages changed.")
    await expect(page.locator("#p2")).to_contain_text("A longer second passage.")
    await expect(page.locator("#p12")).to_have_text("A short end.")
    await expect(page.locator("#p6")).to_contain_text("Passage 6 begins.")
    await expect(page.locator(".is-revised > .passage")).to_have_id("p6")
    assert await page.evaluate(ORDER) == NEW
    await stands(page, 5, top)
    assert await page.evaluate("window.shifts") == []
    # Read on: out of sight it gives way, and nothing moves then either.
    await page.evaluate(READ, 9)
    await expect(page.locator("#p6")).to_contain_text("A changed sixth passage.")
    await expect(page.locator(".is-revised")).to_have_count(0)
    await expect(page.locator(".gutter[data-passage='5'] > b")).to_have_text("3")
    assert await page.evaluate("window.shifts") == []


async def test_what_is_in_sight_comes_when_it_is_asked_for(reading: Stage) -> None:
    page = reading.page
    send(reading)
    await expect(page.locator(".is-revised > #p6")).to_be_visible()
    top = await page.evaluate(TOP, 5)
    async with page.expect_response(lambda answer: answer.request.headers.get("hx-request") == "true"):
        await page.get_by_role("button", name="Show the changes here").click()
    await expect(page.locator("#p6")).to_contain_text("A changed sixth passage.")
    await expect(page.locator("#article-notice")).to_be_empty()
    await stands(page, 5, top)


async def test_where_the_article_begins_in_sight_nothing_is_put_above_it(reading: Stage) -> None:
    page = reading.page
    rows = [passage(31, "A new beginning."), *(passage(n, f"Passage {n} begins. {LONG}") for n in range(1, 13))]
    reading.answers["GET /t/1/article"] = html_answer(str(passage_rows(rows)))
    await page.evaluate("scrollTo(0, 0)")
    top = await page.evaluate(TOP, 1)
    async with page.expect_response("**/t/1/article"):
        send(reading)
    await page.wait_for_timeout(200)
    await expect(page.locator("#p31")).to_have_count(0)
    await stands(page, 1, top)
    await page.evaluate(READ, 8)
    await expect(page.locator("#p31")).to_have_count(1)
    assert await page.evaluate("window.shifts") == []
