"""The workbench without JavaScript, and a decision from the report to the appeal, as those concerned go through it."""

import asyncio

import pytest
from lxml import html
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site
from tests.browser.tab import Tab

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

# A page may be so old, and never older.
OLDEST_SECONDS = 1.0
STATES = "select state from comment where id = any($1::bigint[]) order by id"
ITEM = "select id from queue_item where kind = 'comment' and target = $1"


async def reported(site: Site, author: Tab, reporter: Tab, count: int) -> list[int]:
    """Comments of one author that were reported, by their numbers."""
    await site.fetch("update queue_item set state = 'done' where state = 'open'")
    thread = site.fresh_thread()
    comments = [await author.comment(thread, f"Comment number {number} of those to judge.") for number in range(count)]
    for comment in comments:
        await reporter.post(f"/c/{comment}/report", reason="civility", text="Please look.")
    return comments


async def decide(page: Page, action: str) -> None:
    await page.locator(f"#decide [name=action][value={action}]").check()
    await page.get_by_label("The rule that it breaks").select_option("civility")
    await page.get_by_label("will read this").fill("It insults somebody.")
    await page.locator("#decide .go").click()


async def test_a_decision_leads_to_the_next_item_and_is_taken_back(site: Site, open_tab: OpenTab) -> None:
    author, reporter = await open_tab("mira"), await open_tab("jonas_w")
    tab = await open_tab("sam_h", java_script_enabled=False)
    comments, page = await reported(site, author, reporter, 2), tab.page
    first, second = [await site.value(ITEM, comment) for comment in comments]
    await tab.open(f"/mod/item/{first}")

    await decide(page, "remove")

    await expect(page.locator("#item")).to_have_attribute("data-item", str(second))
    await expect(page.locator("#undo")).to_contain_text("Removed.")
    assert [row[0] for row in await site.fetch(STATES, comments)] == ["removed", "visible"]
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#item")).to_have_attribute("data-item", str(first))
    assert [row[0] for row in await site.fetch(STATES, comments)] == ["visible", "visible"]
    assert await site.value("select count(*) from queue_item where state = 'open'") == 2


async def test_many_at_once_are_tried_and_then_decided_and_taken_back(site: Site, open_tab: OpenTab) -> None:
    author, reporter = await open_tab("mira"), await open_tab("jonas_w")
    tab = await open_tab("sam_h", java_script_enabled=False)
    comments, page = await reported(site, author, reporter, 4), tab.page
    await tab.open("/mod/queue")
    for box in (await page.locator(".items [type=checkbox]").all())[:3]:
        await box.check()
    await page.get_by_role("button", name="Decide on selected items").click()
    await expect(page.get_by_role("heading", name="Decide on 3 items")).to_be_visible()

    await page.get_by_label("What to do").select_option("remove")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.locator(".error").first).to_contain_text("Please choose the rule")
    await page.get_by_label("The rule that they break").select_option("civility")
    await page.get_by_label("will read this").fill("They insult somebody.")
    await page.get_by_role("button", name="Preview").click()

    await expect(page.locator(".notice")).to_contain_text("Removed: 3 items. Nothing is done yet.")
    assert [row[0] for row in await site.fetch(STATES, comments)] == ["visible"] * 4
    await page.get_by_role("button", name="Apply to 3 items").click()
    await expect(page.get_by_role("heading", name="3 items are decided")).to_be_visible()
    assert sorted(row[0] for row in await site.fetch(STATES, comments)) == ["removed"] * 3 + ["visible"]
    await page.get_by_role("button", name="Undo all").click()
    await expect(page.get_by_role("heading", name="3 items wait again")).to_be_visible()
    assert [row[0] for row in await site.fetch(STATES, comments)] == ["visible"] * 4


@pytest.mark.parametrize(
    "scripts", [pytest.param(True, marks=pytest.mark.slow, id="scripts"), pytest.param(False, id="plain")]
)
async def test_a_removal_is_understood_appealed_against_and_overturned(
    site: Site, open_tab: OpenTab, scripts: bool
) -> None:
    mira, jonas = [await open_tab(name, java_script_enabled=scripts) for name in ("mira", "jonas_w")]
    sam, ada, visitor = [await open_tab(name, java_script_enabled=scripts) for name in ("sam_h", "ada", None)]
    (comment,) = await reported(site, mira, jonas, 1)
    thread = await site.value("select thread from comment where id = $1", comment)
    await jonas.comment(thread, "An answer to it.", parent=comment)
    await jonas.post(f"/c/{comment}/vote", axis="quality", value="1")
    before = await read(visitor, thread)
    item = await site.value(ITEM, comment)
    await sam.open(f"/mod/item/{item}")
    await decide(sam.page, "remove")
    await expect(sam.page.locator("#item")).not_to_have_attribute("data-item", str(item))
    assert await read(visitor, thread) != before

    # Whoever wrote it is led from its place to the reasons, and says what is wrong with them.
    await mira.open(f"/c/{comment}/decision")
    await expect(mira.page.get_by_role("heading", name="Your comment was removed")).to_be_visible()
    await expect(mira.main()).to_contain_text("It insults somebody.")
    await expect(mira.main()).to_contain_text("Comment number 0 of those to judge.")
    await mira.page.get_by_label("What is wrong with the decision?").fill("It was a quotation.")
    await mira.page.get_by_role("button", name="Send the appeal").click()
    await expect(mira.main()).to_contain_text("It waits for a moderator.")

    # Who decided it does not find it; another overturns it.
    await sam.open("/mod/appeals")
    await expect(sam.main()).not_to_contain_text("It was a quotation.")
    await ada.open("/mod/appeals")
    await ada.page.get_by_role("link", name="It was a quotation.").click()
    await ada.page.get_by_label("It was wrong").check()
    await ada.page.get_by_label("Your answer").fill("So it was.")
    await ada.page.get_by_role("button", name="Decide").click()
    await expect(ada.main()).not_to_contain_text("It was a quotation.")

    assert await read(visitor, thread) == before
    await mira.page.reload()
    await expect(mira.main()).to_contain_text("it has been reversed.")
    await expect(mira.main()).to_contain_text("So it was.")


async def read(tab: Tab, thread: int) -> list[tuple[str | None, ...]]:
    """The discussion as a visitor reads it by now: order, places, words, scores."""
    await asyncio.sleep(OLDEST_SECONDS)
    answer = await tab.context.request.get(f"{tab.address}/t/{thread}/comments?sort=best")
    comments = html.fromstring(await answer.text()).xpath("//article[starts-with(@class, 'comment')]")
    return [(one.get("id"), one.get("data-parent"), part(one, "body"), part(one, "score")) for one in comments]


def part(comment: html.HtmlElement, name: str) -> str:
    found: str = comment.xpath(f"string(.//*[@id='{comment.get('id')}-{name}'])")
    return found
