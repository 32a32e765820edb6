"""What a reader has who does not look: landmarks, headings, depth, words about arrivals, and a focus that stays."""

from itertools import pairwise

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

LISTEN = """() => {
  window.said = [];
  const place = document.getElementById("announcer");
  new MutationObserver(() => window.said.push(place.textContent)).observe(place, { childList: true });
}"""
OUTLINE = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter(one => one.checkVisibility()).map(one => Number(one.tagName[1]))"""


async def said(page: Page) -> list[str]:
    words: list[str] = await page.evaluate("window.said")
    return words


async def test_arrivals_are_announced_politely_and_once_in_ten_seconds(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    reader, writer = await open_tab("mira"), await open_tab("jonas_w")
    page = reader.page
    await page.clock.install()
    await reader.open_thread(thread)
    await expect(page.locator("#announcer")).to_have_attribute("aria-live", "polite")
    await page.evaluate(LISTEN)
    await page.clock.pause_at(await page.evaluate("Date.now() + 1000"))

    for number in range(1, 4):
        await writer.comment(thread, f"Word number {number}.")
        await expect(page.locator(".fresh-line > .fresh")).to_have_text(f"{number} new response{'s'[: number - 1]}")
    assert await said(page) == ["1 new comment in the discussion"]
    await page.clock.run_for(9_900)
    assert len(await said(page)) == 1
    await page.clock.run_for(200)
    assert (await said(page))[1:] == ["3 new comments in the discussion"]

    await writer.comment(thread, "Word number 4.")
    await expect(page.locator(".fresh-line > .fresh")).to_have_text("4 new responses")
    assert len(await said(page)) == 2
    await page.clock.run_for(10_000)
    assert (await said(page))[2:] == ["4 new comments in the discussion"]
    await page.clock.run_for(60_000)
    assert len(await said(page)) == 3


async def test_a_thread_has_its_landmarks_and_its_outline(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab("mira")
    page = tab.page
    await tab.open("/t/1/x")
    title = await page.locator("h1").inner_text()
    for name in ("Skip to the content", "Skip to the discussion"):
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name=name)).to_be_focused()
    for landmark in (
        page.get_by_role("banner"),
        page.get_by_role("navigation", name="Threads"),
        page.get_by_role("main"),
        page.get_by_role("main").get_by_role("article", name=title, exact=True),
        page.get_by_role("main").get_by_role("region", name=f"Discussion of {title}"),
        page.get_by_role("contentinfo"),
    ):
        await expect(landmark).to_have_count(1)
    levels = await page.evaluate(OUTLINE)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels)), levels
    discussion = page.get_by_role("region", name="Discussion")
    await expect(discussion.get_by_role("heading", level=2)).to_contain_text(f"Discussion of {title}")
    groups = await discussion.locator(".group").count()
    assert groups > 5
    await expect(discussion.get_by_role("heading", level=3, name="Readers disagree most about")).to_have_count(1)
    await expect(discussion.locator(".group").get_by_role("heading", level=3)).to_have_count(groups)


async def test_every_comment_tells_who_speaks_and_how_deep(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.open(f"/t/{site.made['three']}/x?view=all")
    await expect(tab.page.get_by_role("article", name="Comment by mira, level 1")).to_have_count(1)
    await expect(tab.page.get_by_role("article", name="Reply by jonas_w, level 2")).to_have_count(1)
    await tab.open(f"/t/{site.made['deep']}/x?view=all")
    await tab.page.locator(".comment details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    shown = await tab.page.locator(".comment").count()
    for depth in range(shown):
        level = tab.page.get_by_role("article", name=f", level {depth + 1}")
        await expect(level.and_(tab.page.locator(f"[data-depth='{depth}']"))).to_have_count(1)


async def test_the_focus_stays_on_a_vote_and_on_what_is_pressed_while_others_write(
    site: Site, open_tab: OpenTab
) -> None:
    thread = site.fresh_thread()
    reader, writer = await open_tab("nkechi"), await open_tab("jonas_w")
    page = reader.page
    await reader.open_thread(thread)
    comment = page.locator("#comments > .comment", has_text="It learns what we never wrote down.")
    number = int((await comment.get_attribute("id") or "")[1:])
    agree = page.locator(f"#c{number}-score").get_by_role("button", name="Yes", exact=True)
    await agree.focus()
    async with page.expect_response(lambda answer: answer.url.endswith("/vote")):
        await page.keyboard.press("Enter")
    await expect(agree).to_have_attribute("aria-pressed", "true")
    await expect(agree).to_be_focused()

    await writer.comment(thread, "A reply that arrives.", number)
    await expect(page.locator(f"[data-waiting=c{number}-waiting]")).to_be_visible()
    other = await open_tab("mira")
    await other.post(f"/c/{number}/vote", axis="quality", value="1")
    await expect(page.locator(f"#c{number}-score b")).to_have_text("+1")
    await writer.post(f"/c/{number}/edit", body="It learns what nobody wrote down.", stance="adds")
    await expect(page.locator(f"#c{number}-body")).to_have_text("It learns what nobody wrote down.")
    await expect(agree).to_be_focused()


async def test_the_focus_goes_on_to_what_was_posted_let_in_or_opened(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    reader, writer = await open_tab("nkechi"), await open_tab("jonas_w")
    page = reader.page
    await reader.open_thread(thread)
    first = page.locator("#comments > .comment", has_text="Costs come first.")
    await first.locator("> .comment-actions").get_by_role("link", name="Reply").press("Enter")
    await expect(first.locator("textarea")).to_be_focused()
    await page.keyboard.type("Whose costs are they?")
    await first.get_by_role("button", name="Reply", exact=True).press("Enter")
    await expect(page.locator(".comment:focus > .comment-body")).to_have_text("Whose costs are they?")

    await first.locator("> .comment-actions").get_by_role("link", name="Reply").press("Enter")
    await first.locator("[data-cancel]").press("Enter")
    await expect(first.locator("> .comment-actions").get_by_role("link", name="Reply")).to_be_focused()

    await writer.comment(thread, "Let me in.")
    await page.get_by_role("button", name="1 new response").press("Enter")
    await expect(page.locator(".comment:focus > .comment-body")).to_have_text("Let me in.")

    await reader.open(f"/t/{site.made['crowded']}/x?view=all")
    more = page.locator(".more[hx-get]").first
    parent = page.locator(f"#{await more.locator('xpath=ancestor::article[1]').get_attribute('id')}")
    known = await parent.locator(".comment").evaluate_all("all => all.map(one => one.id)")
    await more.press("Enter")
    opened = parent.locator(".comment:focus")
    await expect(opened).to_have_count(1)
    assert await opened.get_attribute("id") not in known
