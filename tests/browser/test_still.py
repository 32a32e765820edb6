"""Nothing moves under the hand: what a reader presses, and all around it, stays where it is."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

WIDE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PANES: dict[str, Any] = {"viewport": {"width": 1024, "height": 768}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SMALL: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
SIZES = pytest.mark.parametrize(
    "size",
    [
        pytest.param(WIDE, id="wide"),
        pytest.param(PANES, id="panes", marks=pytest.mark.slow),
        pytest.param(PHONE, id="phone"),
        pytest.param(SMALL, id="small", marks=pytest.mark.slow),
    ],
)
# Where everything stands that has a place of its own, from the top of what scrolls.
PLACES = """() => Object.fromEntries([...document.querySelectorAll(`.talk-bar, .group-head, .comment, .comment-head,
    .comment-body, .comment-score button, .comment-actions, .write > *, .passage`)]
  .filter(one => one.checkVisibility({ contentVisibilityAuto: true }))
  .filter(one => one.getBoundingClientRect().top > 0 && one.getBoundingClientRect().top < innerHeight)
  .map(one => [
    `${one.closest("[id]")?.id} ${one.className || one.name}`, Math.round(one.getBoundingClientRect().top),
  ]))"""


CENTRE = "one => one.scrollIntoView({ block: 'center' })"


async def places(page: Page) -> dict[str, int]:
    found: dict[str, int] = await page.evaluate(PLACES)
    return found


def moved(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """By how many pixels what was on the page before has moved."""
    return {name: after.get(name, 9999) - top for name, top in before.items() if after.get(name) != top}


async def press(page: Page, button: Locator) -> dict[str, int]:
    await button.evaluate(CENTRE)
    before = await places(page)
    async with page.expect_response("**/vote"):
        await button.click()
    await page.evaluate("new Promise(done => setTimeout(() => requestAnimationFrame(done), 100))")
    return moved(before, await places(page))


@SIZES
async def test_a_vote_moves_nothing(site: Site, open_tab: OpenTab, size: dict[str, Any]) -> None:
    tab = await open_tab("lucia", reduced_motion="reduce", **size)
    page = tab.page
    await tab.open("/t/1/x")
    await tab.fonts_shown()
    for comment in (await page.locator(".group-list > .comment:has(> .comment-score > form > .yes:enabled)").all())[:6]:
        votes = comment.locator("> .comment-score")
        for name in ("yes", "no", "up", "up", "no"):
            assert await press(page, votes.locator(f"button.{name}")) == {}, (name, await comment.get_attribute("id"))


@SIZES
async def test_an_invitation_to_sign_in_moves_nothing(site: Site, open_tab: OpenTab, size: dict[str, Any]) -> None:
    tab = await open_tab(reduced_motion="reduce", **size)
    page = tab.page
    await tab.open("/t/1/x")
    await tab.fonts_shown()
    button = page.locator(".comment-score .up").first
    await button.evaluate(CENTRE)
    before = await places(page)
    await button.click()
    await expect(page.locator(".notice a[href^='/login']")).to_be_visible()
    assert moved(before, await places(page)) == {}


@SIZES
async def test_saving_a_draft_moves_nothing(site: Site, open_tab: OpenTab, size: dict[str, Any]) -> None:
    tab = await open_tab("mira", reduced_motion="reduce", **size)
    page = tab.page
    await tab.open(f"/t/{site.fresh_thread()}/x")
    await page.locator("#compose summary").first.click()
    await tab.fonts_shown()
    before = await places(page)
    await page.locator("#compose textarea").fill("A thought.")
    await expect(page.locator("#compose .kept")).to_have_text("Saved as a draft")
    assert moved(before, await places(page)) == {}
    await page.locator("#compose textarea").fill("")


@SIZES
async def test_opening_more_moves_nothing_that_was_read(site: Site, open_tab: OpenTab, size: dict[str, Any]) -> None:
    tab = await open_tab(reduced_motion="reduce", **size)
    page = tab.page
    await tab.open("/t/1/x")
    await tab.fonts_shown()
    comment = page.locator(".comment:has(> .clamp:not([open], [hidden]))").first
    more = comment.locator("> .clamp > summary")
    await more.evaluate(CENTRE)
    number = await comment.get_attribute("id")
    before = await places(page)
    await more.click()
    after = await places(page)
    assert [
        top for name, top in moved(before, after).items() if before[name] < before[f"{number}-body comment-body"]
    ] == []
    assert f"{number}-body comment-body" not in moved(before, after)


@SIZES
async def test_what_arrives_while_one_reads_moves_nothing(site: Site, open_tab: OpenTab, size: dict[str, Any]) -> None:
    thread = site.fresh_thread()
    reader, writer = await open_tab("mira", reduced_motion="reduce", **size), await open_tab("jonas_w")
    page = reader.page
    await reader.open_thread(thread)
    await reader.fonts_shown()
    comment = page.locator("#comments .comment").first
    await comment.evaluate(CENTRE)
    before = await places(page)
    assert before
    number = await comment.get_attribute("id") or ""
    await writer.comment(thread, "A response that arrives.")
    await writer.comment(thread, "A reply that arrives.", int(number[1:]))
    await expect(page.locator(f"[data-waiting={number}-waiting]")).to_have_count(1)
    await expect(page.locator("[data-waiting=discussion-waiting]")).not_to_have_attribute("hidden", "")
    assert moved(before, await places(page)) == {}
