"""What readers do in the panel of a publisher's page, and what it leaves alone."""

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.publisher import Publisher
from tests.browser.site import Site
from tests.browser.test_embed import faults, page, panel, publisher, sign_in

__all__ = ["faults", "page", "publisher"]
pytestmark = [pytest.mark.anyio, pytest.mark.browser]

SELECT_WORDS = """(words) => {
  const node = document.querySelector("article p").firstChild;
  const at = node.data.indexOf(words);
  getSelection().setBaseAndExtent(node, at, node, at + words.length);
}"""
LOOK = """document.body.style.cssText =
  "background: rgb(253 246 227); color: rgb(40 40 60); font-family: 'No Such Font', Georgia, serif"
"""
# What the panel shows of it.
SHOWN = """() => {
  const { backgroundColor, color } = getComputedStyle(document.body);
  return [backgroundColor, color, document.documentElement.style.getPropertyValue("--serif")];
}"""


async def opened(page: Page, publisher: Publisher, *, signed_in: bool = True) -> None:
    await page.goto(publisher.url)
    await page.locator(".open").click()
    await expect(panel(page).locator(".comment")).to_have_count(3)
    if signed_in:
        await sign_in(page)
        await expect(panel(page).locator(".embed-who bdi")).to_have_text("mira")


async def respond_to(page: Page, paragraph: int) -> None:
    await page.mouse.move(0, 0)
    await page.locator("article p").nth(paragraph).hover()
    await page.locator(".marker.add").click()
    await expect(panel(page).locator("h1")).to_have_text("On this passage")
    await expect(panel(page).locator(".embed-respond textarea")).to_be_focused()


async def test_back_leaves_the_article_in_one_step_whatever_was_done_in_the_panel(
    page: Page,
    publisher: Publisher,
) -> None:
    await page.goto(f"{publisher.origin}/style.css")
    await opened(page, publisher)
    steps = await page.evaluate("history.length")
    others = panel(page).locator(".comment:not(:has(:disabled))").first
    for vote in (others.locator(".up"), others.get_by_role("button", name="Yes", exact=True)):
        await vote.click()
        await expect(vote).to_have_attribute("aria-pressed", "true")
    await respond_to(page, 1)
    await panel(page).locator(".embed-respond textarea").fill("It stays in its place.")
    await page.keyboard.press("Control+Enter")
    await expect(panel(page).locator(".comment:target .comment-body")).to_have_text("It stays in its place.")
    await panel(page).locator(".embed-crumb a").click()
    await expect(panel(page).locator(".comment")).to_have_count(4)
    await panel(page).locator(".embed-who button").click()
    await expect(panel(page).locator(".embed-who [data-sign-in]")).to_be_visible()

    assert await page.evaluate("history.length") == steps
    await page.go_back()
    assert page.url.endswith("/style.css")


async def test_a_draft_is_offered_when_another_passage_is_chosen(page: Page, publisher: Publisher) -> None:
    await opened(page, publisher, signed_in=False)
    field, offer = panel(page).locator(".embed-respond textarea"), panel(page).locator("[data-draft]")
    await respond_to(page, 0)
    await field.fill("About the first passage.")

    await respond_to(page, 1)
    await expect(field).to_have_value("")
    await expect(offer).to_contain_text("About the first passage.")
    await panel(page).get_by_role("button", name="Go back to it").click()
    await expect(field).to_have_value("About the first passage.")
    await respond_to(page, 1)
    await panel(page).get_by_role("button", name="Use it here").click()
    await expect(field).to_have_value("About the first passage.")

    await page.reload()
    await respond_to(page, 1)
    await expect(field).to_have_value("About the first passage.")
    await expect(offer).to_be_hidden()


async def test_a_response_is_posted_once_its_author_has_signed_in(page: Page, publisher: Publisher) -> None:
    await opened(page, publisher, signed_in=False)
    await respond_to(page, 0)
    await panel(page).locator(".embed-respond textarea").fill("Written before signing in.")

    await sign_in(page, panel(page).get_by_role("button", name="Sign in and post"))

    await expect(panel(page).locator(".comment:target .comment-body")).to_have_text("Written before signing in.")
    await expect(panel(page).locator(".embed-who bdi")).to_have_text("mira")


@pytest.mark.parametrize("status", [403, 422, 429, 500, None])
async def test_a_refused_form_leaves_the_panel_usable(
    page: Page,
    publisher: Publisher,
    status: int | None,
) -> None:
    await opened(page, publisher)

    async def refuse(route: Route) -> None:
        if status is None:
            await route.abort()
        elif status == 422:
            await route.continue_(post_data="body=+")
        else:
            page_of_ours = '<body class="embed"><main><p class="error">Not now.</p></main>'
            await route.fulfill(status=status, content_type="text/html", body=page_of_ours if status < 500 else "<p>x")

    await page.route("**/comments?site=pub", refuse)
    await respond_to(page, 0)
    field = panel(page).locator(".embed-respond textarea")
    await field.fill("My long thought.")
    await panel(page).locator(".embed-respond button.button").click()

    await expect(panel(page).locator("[role=alert]:visible")).to_have_count(1)
    await expect(field).to_have_value("My long thought.")
    await page.unroute("**/comments?site=pub")
    await panel(page).locator(".embed-respond button.button").click()
    await expect(panel(page).locator(".comment:target .comment-body")).to_have_text("My long thought.")


async def test_selected_words_are_quoted(page: Page, publisher: Publisher, site: Site) -> None:
    await opened(page, publisher)
    await page.evaluate(SELECT_WORDS, "odel answers befor")
    await expect(page.locator(".marker.add")).to_have_attribute("title", "Respond to this")

    await page.locator(".marker.add").click()

    await expect(panel(page).locator("[data-quoted] q")).to_have_text("model answers before")
    await panel(page).locator(".embed-respond textarea").fill("Before, really?")
    await panel(page).locator(".embed-respond button.button").click()
    await expect(panel(page).locator(".comment:target")).to_be_visible()
    assert await site.value("select quote from comment where body = 'Before, really?'") == "model answers before"


async def test_what_others_do_appears_without_moving_anything(page: Page, publisher: Publisher, site: Site) -> None:
    await opened(page, publisher)
    first = panel(page).locator(".comment").first
    number = int((await first.get_attribute("id") or "").removeprefix("c"))
    thread = await site.value("select thread from comment where id = $1", number)
    other = await page.context.browser.new_context() if page.context.browser else None
    assert other is not None
    await other.request.post(f"{site.address}/login", form={"login": "ada", "password": "argue-kindly"})

    await other.request.post(f"{site.address}/t/{thread}/comments", form={"body": "Said while the panel is open."})
    await other.request.post(f"{site.address}/c/{number}/vote", form={"axis": "quality", "value": "1"})

    await expect(panel(page).locator("[data-new]")).to_be_visible()
    await expect(panel(page).locator(".comment")).to_have_count(3)
    await expect(first.locator("[data-score]")).to_have_text("+1")
    await expect(panel(page).locator("[data-number]")).to_have_text("4 comments")
    await panel(page).locator("[data-new]").click()
    await expect(panel(page).locator(".comment")).to_have_count(4)

    written = await site.value("select id from comment where body = 'Said while the panel is open.'")
    await other.request.post(f"{site.address}/c/{written}/delete")
    await expect(panel(page).get_by_text("Said while the panel is open.")).to_have_count(0)
    await other.close()


async def test_the_panel_has_the_colours_and_the_font_of_the_page(page: Page, publisher: Publisher, site: Site) -> None:
    await page.goto(publisher.url)
    await page.evaluate(LOOK)
    await page.locator(".open").click()
    await expect(panel(page).locator(".comment")).to_have_count(3)

    [frame] = [one for one in page.frames if one.url.startswith(site.address)]
    paper, ink, font = await frame.evaluate(SHOWN)

    assert (paper, ink) == ("rgb(253, 246, 227)", "rgb(40, 40, 60)")
    assert font == '"No Such Font", Georgia, serif'
    assert (await panel(page).locator("body").inner_text()).count("Parley") == 1
    await expect(panel(page).locator("footer")).to_contain_text("Parley")
