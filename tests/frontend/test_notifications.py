"""Names offered after an @, and what a page says it showed."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Route, expect

from tests.frontend.rows import comment, rendered
from tests.frontend.stage import Stage, html_answer

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

TEXT = "#compose textarea"


async def test_a_name_is_completed_by_keys_alone(stage: Stage) -> None:
    stage.answers["GET /names"] = html_answer(rendered("letters/notifications/_names.html", names=["anna", "anton"]))
    await stage.open()
    await stage.page.locator("#compose summary").first.click()
    await stage.page.locator(TEXT).press_sequentially("As (@an")
    await expect(stage.page.locator(".names button")).to_have_text(["@anna", "@anton"])

    await stage.page.keyboard.press("Tab")
    await stage.page.keyboard.press("Tab")
    await stage.page.keyboard.press("Enter")

    await expect(stage.page.locator(TEXT)).to_have_value("As (@anton ")
    await expect(stage.page.locator(TEXT)).to_be_focused()
    await expect(stage.page.locator(".names button")).to_have_count(0)
    await stage.page.keyboard.type("says)")
    await expect(stage.page.locator(TEXT)).to_have_value("As (@anton says)")
    assert stage.faults == []


class Names:
    """Answers at once to "a" and, only when told to, to what is typed after it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.released = asyncio.Event()

    async def __call__(self, route: Route) -> None:
        begin = parse_qs(urlsplit(route.request.url).query)["begin"][0]
        self.asked.append(begin)
        if begin != "a":
            await self.released.wait()
        names = [name for name in ("anna", "anton") if name.startswith(begin)]
        await html_answer(rendered("letters/notifications/_names.html", names=names))(route)

    async def wait_for(self, begin: str) -> None:
        async with asyncio.timeout(20):
            while begin not in self.asked:
                await asyncio.sleep(0.02)


@pytest.fixture
async def names(stage: Stage) -> Names:
    """The names after "@a" are offered, in a page where every later answer waits."""
    names = Names()
    stage.answers["GET /names"] = names
    await stage.open()
    await stage.page.locator("#compose summary").first.click()
    await stage.page.locator(TEXT).press_sequentially("As @a")
    await expect(stage.page.locator(".names button")).to_have_text(["@anna", "@anton"])
    return names


async def test_an_answer_that_comes_late_leaves_the_focused_name_where_it_is(stage: Stage, names: Names) -> None:
    await stage.page.keyboard.press("n")
    await names.wait_for("an")
    await stage.page.keyboard.press("Tab")
    async with stage.page.expect_response("**/names?begin=an&*") as answer:
        names.released.set()
    await (await answer.value).finished()
    await stage.page.wait_for_timeout(100)

    await stage.page.keyboard.press("Enter")

    await expect(stage.page.locator(TEXT)).to_have_value("As @anna ")
    assert stage.faults == []


async def test_the_names_of_the_last_letter_are_offered_however_slow_the_ones_before(
    stage: Stage, names: Names
) -> None:
    for begin in ("an", "ant", "anto"):
        await stage.page.keyboard.press(begin[-1])
        await names.wait_for(begin)
    names.released.set()

    await expect(stage.page.locator(".names button")).to_have_text(["@anton"])


async def test_names_that_come_when_none_is_begun_any_more_are_not_offered(stage: Stage, names: Names) -> None:
    await stage.page.keyboard.press("n")
    await names.wait_for("an")
    await stage.page.keyboard.press(" ")
    async with stage.page.expect_response("**/names?begin=an&*") as answer:
        names.released.set()
    await (await answer.value).finished()
    await stage.page.wait_for_timeout(100)

    await expect(stage.page.locator(".names button")).to_have_count(0)


async def test_an_address_of_mail_offers_no_names(stage: Stage) -> None:
    stage.answers["GET /names"] = html_answer(rendered("letters/notifications/_names.html", names=["anna"]))
    await stage.open()
    await stage.page.locator("#compose summary").first.click()
    await stage.page.locator(TEXT).press_sequentially("write to me@an")
    await stage.page.wait_for_timeout(400)

    await expect(stage.page.locator(".names button")).to_have_count(0)


async def test_a_page_reports_where_it_is_and_no_comment_that_waits_as_read(stage: Stage) -> None:
    await stage.open()
    stage.send(rendered("interfaces/live/posted.html", comment=comment(9), passage=None))
    await expect(stage.page.locator("#discussion-waiting > *")).to_have_count(1)

    async with stage.page.expect_request("**/t/1/seen"):
        await stage.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    while len([path for path, _ in stage.sent if path == "/t/1/seen"]) < 2:
        await stage.page.wait_for_timeout(20)

    said = [parse_qs(body, keep_blank_values=True) for path, body in stage.sent if path == "/t/1/seen"]
    assert [one["read"] for one in said] == [[""], [""]]
    assert len({one["seq"][0] for one in said}) == 1
