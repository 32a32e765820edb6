"""Names offered after an @, and what a page says it showed."""

from urllib.parse import parse_qs

import pytest
from playwright.async_api import expect

from frontend.rows import comment, rendered
from frontend.stage import Stage, html_answer

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

TEXT = "#compose textarea"


async def test_a_name_is_completed_by_keys_alone(stage: Stage) -> None:
    stage.answers["GET /names"] = html_answer(rendered("notices/_names.html", names=["anna", "anton"]))
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


async def test_an_address_of_mail_offers_no_names(stage: Stage) -> None:
    stage.answers["GET /names"] = html_answer(rendered("notices/_names.html", names=["anna"]))
    await stage.open()
    await stage.page.locator("#compose summary").first.click()
    await stage.page.locator(TEXT).press_sequentially("write to me@an")
    await stage.page.wait_for_timeout(400)

    await expect(stage.page.locator(".names button")).to_have_count(0)


async def test_a_page_says_which_comments_it_showed_and_not_what_waits(stage: Stage) -> None:
    await stage.open()
    stage.send(rendered("live/posted.html", comment=comment(9), passage=None))
    await expect(stage.page.locator("#discussion-waiting > *")).to_have_count(1)

    async with stage.page.expect_request("**/t/1/seen"):
        await stage.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    while len([path for path, _ in stage.sent if path == "/t/1/seen"]) == 1:
        await stage.page.wait_for_timeout(20)

    said = [parse_qs(body) for path, body in stage.sent if path == "/t/1/seen"]
    assert [one["shown"] for one in said] == [["1,2,3"], ["1,2,3"]]
    assert len({one["seq"][0] for one in said}) == 1
