"""Two people on one thread: what one does reaches the other's page, and never disturbs it."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

SET_SIGHT = """sight => {
  const hidden = sight === "hidden";
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  Object.defineProperty(document, "visibilityState", { value: sight, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SELECTION = "text => [text.selectionStart, text.selectionEnd, text.value]"
REVALIDATED = """() => { const page = performance.getEntriesByType("navigation")[0];
  return page.encodedBodySize > 1000 && page.transferSize < page.encodedBodySize; }"""


async def reload_confirmed(page: Page) -> None:
    """Reload until the server only confirms the page: a minute that ends in between changes the words of its times."""
    for _ in range(3):
        async with page.expect_response(lambda answer: "/live" in answer.url):
            await page.reload()
        if await page.evaluate(REVALIDATED):
            return
    raise AssertionError("The server sent the page each time.")


def first(page: Page) -> Locator:
    """The thread's first comment, "Costs come first."."""
    return page.locator("#comments > .comment", has_text="Costs come first.")


def by_text(page: Page, words: str) -> Locator:
    return page.locator(".comment", has=page.locator("> .comment-body", has_text=words))


def waiting(page: Page, comment: int) -> Locator:
    """The button that lets in the replies that wait at `comment`."""
    return page.locator(f"[data-waiting=c{comment}-waiting]", has_text="1 new")


async def number(comment: Locator) -> int:
    return int((await comment.get_attribute("id") or "")[1:])


async def test_what_another_says_waits_behind_a_button_and_comes_in_at_its_place(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    mira, jonas = await open_tab("mira"), await open_tab("jonas_w")
    await mira.open_thread(thread)
    parent = await number(first(mira.page))
    reply = await jonas.comment(thread, "Whose costs, though?", parent)
    top = await jonas.comment(thread, "A word about the whole.")

    chip = waiting(mira.page, parent)
    await expect(chip).to_be_visible()
    await expect(mira.page.locator(f"#c{reply}")).to_be_hidden()
    assert await mira.shifts() == []
    await chip.click()
    await expect(mira.page.locator(f"#c{parent}-list > #c{reply}")).to_be_visible()
    await expect(chip).to_be_hidden()
    await mira.page.get_by_role("button", name="1 new response").click()
    await expect(mira.page.locator(f"#comments > #c{top}")).to_be_visible()
    await mira.page.reload()
    await expect(mira.page.locator(f"#c{reply}")).to_have_count(1)


async def test_a_comment_that_arrived_can_be_voted_on_and_answered(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    mira, jonas = await open_tab("mira"), await open_tab("jonas_w")
    await mira.open_thread(thread)
    arrived = await jonas.comment(thread, "Answer me here.")
    await mira.page.get_by_role("button", name="1 new response").click()

    comment = mira.page.locator(f"#c{arrived}")
    await comment.get_by_role("button", name="Worth reading", exact=True).click()
    await expect(mira.page.locator(f"#c{arrived}-score b")).to_have_text("+1")
    await comment.get_by_role("link", name="Reply").click()
    await comment.locator("textarea").fill("Here I am.")
    await comment.get_by_role("button", name="Reply", exact=True).click()
    await expect(by_text(mira.page, "Here I am.")).to_be_visible()
    assert await site.value("select ups from comment where id = $1", arrived) == 1
    assert (
        await site.value("select parent from comment where thread = $1 and body = $2", thread, "Here I am.") == arrived
    )


async def test_what_arrives_in_a_language_that_one_does_not_read_is_folded(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    kofi, jonas = await open_tab("kofi"), await open_tab("jonas_w")
    await kofi.post("/settings/languages", de="1")
    await kofi.open_thread(thread)
    await kofi.page.locator(".stance-filter summary").click()
    async with kofi.page.expect_response(lambda answer: "reads=1" in answer.url and "/live" in answer.url):
        await kofi.page.get_by_role("link", name="In languages I read").click()
    arrived = await jonas.comment(
        thread, "This is what nobody had said of the costs before, and it is the point of it."
    )
    await kofi.page.get_by_role("button", name="1 new response").click()

    comment = kofi.page.locator(f"#c{arrived}")
    await expect(comment.locator("> .muted > summary")).to_have_text("In English. Show")
    await expect(comment.locator("> .comment-body")).to_be_hidden()
    await kofi.post("/settings/languages")


async def test_ones_own_words_stand_there_at_once_and_once_in_every_tab(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    here, there = await open_tab("mira"), await open_tab("mira")
    await here.open_thread(thread)
    await there.open_thread(thread)
    await here.page.locator("#compose summary").first.click()
    await here.page.locator("#compose textarea").fill("Said once.")
    await here.page.locator("#compose").get_by_role("button", name="Post").click()
    for page in (here.page, there.page):
        await expect(by_text(page, "Said once.")).to_be_visible()
    # What comes after it on the stream shows that the stream has brought it by now.
    await there.comment(thread, "Said after it.")
    for page in (here.page, there.page):
        await expect(by_text(page, "Said after it.")).to_be_visible()
        await expect(by_text(page, "Said once.")).to_have_count(1)
    own = by_text(here.page, "Said once.")
    await expect(own.locator("> .comment-actions").get_by_role("link", name="Edit")).to_be_visible()


async def test_changes_come_in_place_and_leave_what_is_being_typed_alone(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    author, reader, staff = await open_tab("mira"), await open_tab("jonas_w"), await open_tab("sam_h")
    await reader.open_thread(thread)
    page = reader.page
    comment = await number(first(page))
    await page.locator(f"#c{comment} > .comment-actions").get_by_role("link", name="Reply").click()
    text = page.locator(f"#c{comment}-slot textarea")
    await text.fill("Half a thought, and the other half")
    await text.evaluate("text => text.setSelectionRange(5, 14)")
    before = await text.evaluate(SELECTION)
    shifts = len(await reader.shifts())

    await author.post(f"/c/{comment}/edit", body="Costs come last.", stance="challenges")
    await expect(page.locator(f"#c{comment}-body")).to_have_text("Costs come last.")
    await expect(page.locator(f"#c{comment}-head")).to_contain_text("edited")
    await staff.post(f"/c/{comment}/vote", axis="quality", value="1")
    await expect(page.locator(f"#c{comment}-score b")).to_have_text("+1")
    await author.comment(thread, "Another word below it.", comment)
    await expect(waiting(page, comment)).to_be_visible()
    assert (await reader.shifts())[shifts:] == []

    await author.post(f"/c/{comment}/delete")
    await expect(page.locator(f"#c{comment}-body")).to_have_text("This comment was deleted by its author.")
    await author.post(f"/c/{comment}/restore")
    await expect(page.locator(f"#c{comment}-body")).to_have_text("Costs come last.")
    await staff.post(f"/t/{thread}/lock", reason="It is late.")
    await expect(page.locator("#thread-state")).to_contain_text("It is late.")
    await expect(text).to_be_focused()
    assert await text.evaluate(SELECTION) == before


async def test_a_page_that_was_hidden_catches_up(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    mira, jonas = await open_tab("mira"), await open_tab("jonas_w")
    await mira.open_thread(thread)
    await mira.page.evaluate(SET_SIGHT, "hidden")
    comment = await number(first(mira.page))
    await mira.post(f"/c/{comment}/edit", body="Costs come first and last.", stance="challenges")
    await jonas.comment(thread, "Said while you looked away.")
    await mira.page.evaluate(SET_SIGHT, "visible")
    await expect(mira.page.get_by_role("button", name="1 new response")).to_be_visible()
    await expect(mira.page.locator(f"#c{comment}-body")).to_have_text("Costs come first and last.")


async def test_a_page_connects_again_when_the_server_comes_back(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    mira, jonas = await open_tab("mira"), await open_tab("jonas_w")
    await mira.open_thread(thread)
    with site.away():
        await expect(mira.page.locator(".offline")).to_be_visible()
    await jonas.comment(thread, "Said after the break.")
    await expect(mira.page.get_by_role("button", name="1 new response")).to_be_visible()
    await expect(mira.page.locator(".offline")).to_be_hidden()


async def test_a_first_connection_that_fails_is_tried_again(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    mira, jonas = await open_tab("mira"), await open_tab("jonas_w")
    await mira.page.route("**/live?*", lambda route: route.abort(), times=2)
    await mira.open_thread(thread)
    await jonas.comment(thread, "Said to whoever came late.")
    await expect(mira.page.get_by_role("button", name="1 new response")).to_be_visible()


async def test_a_page_that_the_server_only_confirmed_lives_and_votes(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    jonas, staff = await open_tab("jonas_w"), await open_tab("sam_h")
    await staff.post(f"/t/{thread}/lock", reason="Nobody answers, so the page holds no form of its own.")
    await jonas.open_thread(thread)
    await reload_confirmed(jonas.page)
    comment = await number(first(jonas.page))
    await jonas.page.locator(f"#c{comment}-score button.up").click()
    await expect(jonas.page.locator(f"#c{comment}-score b")).to_have_text("+1")
    await staff.post(f"/t/{thread}/unlock")
    await expect(jonas.page.locator("#thread-state")).to_be_empty()
    arrived = await staff.comment(thread, "And on again.")
    await jonas.page.get_by_role("button", name="1 new response").click()
    await jonas.page.locator(f"#c{arrived}-score button.up").click()
    await expect(jonas.page.locator(f"#c{arrived}-score b")).to_have_text("+1")
