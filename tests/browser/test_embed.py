"""The embed in Chromium, with third-party cookies blocked and a strict policy on the publisher's page."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Frame, FrameLocator, Locator, Page, async_playwright, expect

from parley.site.demo import PASSWORD
from tests.browser.axe import violations
from tests.browser.publisher import Publisher
from tests.browser.site import Site
from tests.browser.tab import POLICY
from tests.browser.tab import WATCH as WATCH_SHIFTS
from tests.chromium import FLAGS, PATIENCE_MS, chromium_path

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

BLOCKED = {
    "enableThirdPartyCookieRestriction": True,
    "disableThirdPartyCookieMetadata": True,
    "disableThirdPartyCookieHeuristics": True,
}
PASSAGES = """
select p.html from passage p join revision r on r.id = p.revision join thread t on t.article = r.article
where t.id = $1 order by p.position
"""
ADD_SITE = """
insert into site (key, origins, topic, created_at) values ('pub', array[$1], 'research', now())
on conflict (key) do update set origins = excluded.origins
"""
PUBLISH = "update article set url = $2 where id = (select article from thread where id = $1)"
# Cookies of a frame in another site: one as they were, and one that is kept for this page's site alone.
COOKIES = """() => {
  document.cookie = "control=1; SameSite=None; Secure; Path=/";
  document.cookie = "kept=1; SameSite=None; Secure; Path=/; Partitioned";
  return document.cookie;
}"""
# All that the script adds is one element after the body, and attributes and text of it are untouched.
CHANGED = "[window.changed, document.body.outerHTML === window.before]"
LET_STRANGERS_SPEAK = """new Promise((done) => {
  addEventListener("message", ({ data }) => data === "done" && done());
  document.querySelector(".strangers").contentWindow.postMessage("begin", "*");
})"""
FOCUSED = "document.activeElement.shadowRoot?.activeElement?.className"
# Put the text so that it ends so many pixels from the left.
PUT_TEXT = """(end) => {
  const main = document.querySelector("main");
  main.style.cssText = `position: absolute; left: ${end - 600}px; width: 600px; margin: 0`;
}"""
LIGHT_ON_DARK = "document.body.style.cssText = 'color: oklch(90% 0 0); background: #111'"
SELECT = "getSelection().selectAllChildren(document.querySelector('article p'))"
# The publisher's page has no heading, which is not the embed's affair.
OF_THE_PAGE = {"page-has-heading-one": {"enabled": False}}
# The publisher's own scripts cannot sign anybody in either.
SPEAK_AS_WINDOW = """() => {
  const { contentWindow } = document.querySelector("[data-parley-overlay]").shadowRoot.querySelector("iframe");
  contentWindow.postMessage({ code: "x".repeat(43), state: "x".repeat(22) }, "*");
}"""


@pytest.fixture
async def publisher(site: Site) -> AsyncIterator[Publisher]:
    """A publisher whose article has a thread with three comments."""
    thread = site.fresh_thread()
    rows = await site.fetch(PASSAGES, thread)
    published = Publisher(site.address, "\n".join(row[0] for row in rows))
    await site.fetch(ADD_SITE, published.origin)
    await site.fetch(PUBLISH, thread, published.url)
    with published.serving():
        yield published


@pytest.fixture
def faults() -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
async def page(tmp_path: Path, faults: list[str]) -> AsyncIterator[Page]:
    """A page of a browser whose owner blocks third-party cookies."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path, executable_path=chromium_path(), args=FLAGS, viewport={"width": 1440, "height": 900}
        )
        context.set_default_timeout(PATIENCE_MS)
        await context.add_init_script(WATCH_SHIFTS)
        page = context.pages[0]
        # The headless shell reads no profile, so the browser is told.
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Network.setCookieControls", BLOCKED)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if POLICY.search(said.text) else None)
        yield page
        await context.close()


def panel(page: Page) -> FrameLocator:
    return page.frame_locator("[data-parley-overlay] iframe, [data-parley-below] iframe")


async def sign_in(page: Page, button: Locator | None = None) -> None:
    """Sign in by the panel's link, or by the button of a form that asks for it."""
    async with page.context.expect_page() as opened:
        await (button or panel(page).locator(".embed-who [data-sign-in]")).click()
    window = await opened.value
    await window.fill("[name=login]", "mira")
    await window.fill("[name=password]", PASSWORD)
    await window.locator("form:has([name=password]) button.button").first.click()
    async with window.expect_event("close"):
        await window.locator(".embed-consent .button").click()


async def test_a_reader_signs_in_without_third_party_cookies_and_stays_signed_in(
    page: Page, publisher: Publisher, site: Site
) -> None:
    await page.goto(publisher.url)
    await page.locator(".open").click()
    await expect(panel(page).locator(".comment")).to_have_count(3)
    [frame] = [one for one in page.frames if one.url.startswith(site.address)]
    assert await frame.evaluate(COOKIES) == "kept=1"

    await sign_in(page)
    await expect(panel(page).locator(".embed-who bdi")).to_have_text("mira")
    await page.locator("article p").first.hover()
    await page.locator(".marker.add").click()
    await expect(panel(page).locator("h1")).to_have_text("On this passage")
    await panel(page).locator("main > .embed-respond textarea").fill("Said beside the article.")
    await panel(page).locator("main > .embed-respond button.button").click()
    await expect(panel(page).locator(".comment:target .comment-body")).to_have_text("Said beside the article.")
    await expect(page.locator(".marker:not(.add)")).to_have_text("1")
    await page.reload()
    await page.locator(".marker:not(.add)").click()

    await expect(panel(page).locator(".embed-who bdi")).to_have_text("mira")
    await expect(panel(page).locator(".comment")).to_have_count(1)
    assert "parley-embed" not in await page.evaluate("document.cookie")
    assert await page.evaluate(CHANGED) == [[], True]
    assert await page.evaluate("window.shifts") == []


async def test_the_keyboard_reaches_the_discussion_and_axe_finds_nothing(
    page: Page, publisher: Publisher, site: Site, axe: str
) -> None:
    async def frame_of_panel() -> Frame:
        await panel(page).locator("main").wait_for()
        frame = next(one for one in page.frames if one.url.startswith(site.address))
        # Before its scripts run, the discussion does not hear Escape.
        await frame.wait_for_load_state()
        return frame

    await page.goto(publisher.url)
    await page.locator(".open").focus()
    await page.keyboard.press("Enter")
    await expect(panel(page).locator(".comment")).to_have_count(3)
    found = await violations(page, axe, "the publisher's page", OF_THE_PAGE)
    found += await violations(await frame_of_panel(), axe, "the panel")
    await page.keyboard.press("Tab")
    await expect(panel(page).locator(".embed-who a")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator(".panel")).to_be_hidden()
    assert await page.evaluate(FOCUSED) == "open"

    # Without a pointer, a selection chooses the passage.
    await page.evaluate(SELECT)
    await expect(page.locator(".marker.add")).to_be_visible()
    await page.locator(".marker.add").focus()
    await page.keyboard.press("Enter")
    await expect(panel(page).locator("h1")).to_have_text("On this passage")
    await sign_in(page)
    await expect(panel(page).locator(".embed-who bdi")).to_have_text("mira")
    await panel(page).locator("main > .embed-respond textarea").focus()
    await page.keyboard.type("Without a mouse.")
    found += await violations(await frame_of_panel(), axe, "the panel, signed in")
    await page.emulate_media(color_scheme="dark")
    found += await violations(await frame_of_panel(), axe, "the panel, dark")
    await page.keyboard.press("Escape")
    await expect(page.locator(".panel")).to_be_hidden()
    assert await page.evaluate(FOCUSED) == "marker add"
    await page.keyboard.press("Enter")
    await expect(panel(page).locator("main > .embed-respond textarea")).to_have_value("Without a mouse.")
    assert found == []


async def test_the_discussion_below_an_article_takes_the_room_reserved_for_it(
    page: Page, publisher: Publisher, site: Site
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{publisher.origin}/below")
    await page.locator("[data-parley-below]").scroll_into_view_if_needed()
    await expect(panel(page).locator(".comment")).to_have_count(3)

    await expect(panel(page).locator(".embed-close")).to_be_hidden()
    await expect(page.locator(".open")).to_be_hidden()
    assert await page.evaluate(CHANGED) == [[], True]
    assert await page.evaluate("window.shifts") == []


@pytest.mark.parametrize(("text_ends", "width"), [(800, 420), (1_060, 332), (1_200, 300)])
async def test_the_discussion_takes_the_room_beside_the_text(
    page: Page, publisher: Publisher, text_ends: int, width: int
) -> None:
    await page.set_viewport_size({"width": 1_400, "height": 900})
    await page.goto(publisher.url)
    await page.evaluate(PUT_TEXT, text_ends)

    await page.locator(".open").click()

    box = await page.locator("[data-parley-overlay] .panel").bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(width, abs=20)
    assert box["x"] >= text_ends or width == 300


async def test_the_discussion_is_as_dark_as_the_page(page: Page, publisher: Publisher, site: Site) -> None:
    async def is_dark() -> bool:
        [frame] = [one for one in page.frames if one.url.startswith(site.address)]
        # Before its scripts run, the discussion does not hear Escape.
        await frame.wait_for_load_state()
        return bool(await frame.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"))

    # Otherwise Playwright says to all frames what the browser prefers.
    await page.emulate_media(color_scheme="null")
    await page.goto(publisher.url)
    await page.locator(".open").click()
    await expect(panel(page).locator(".comment")).to_have_count(3)
    assert not await is_dark()
    await page.keyboard.press("Escape")
    await page.evaluate(LIGHT_ON_DARK)

    await page.locator(".open").click()

    assert await is_dark()


async def test_strangers_neither_frame_a_discussion_nor_speak_to_it(
    page: Page, publisher: Publisher, site: Site, faults: list[str]
) -> None:
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/embed/session" in one.url else None)
    await page.goto(f"{publisher.origin}/framed")
    await page.locator(".open").click()
    await expect(panel(page).locator(".comment")).to_have_count(3)
    [frame] = [one for one in page.frames if one.url.startswith(site.address)]
    shown = frame.url

    await page.evaluate(LET_STRANGERS_SPEAK)
    await page.evaluate(SPEAK_AS_WINDOW)
    await frame.evaluate("new Promise(requestAnimationFrame)")

    await expect(page.locator(".panel")).to_be_visible()
    assert (frame.url, asked) == (shown, [])
    assert await page.evaluate("scrollY") == 0

    async with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        await page.goto(publisher.strangers)
        await page.locator(".open").click()
    assert len(faults) == 1
    faults.clear()
