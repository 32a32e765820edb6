"""What is typed is not lost: not by a reload, not by a server that is away, not by signing in."""

import pytest
from playwright.async_api import expect

from parley.site.demo import PASSWORD
from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

WORDS = "A long thought that took an evening."


async def test_a_draft_survives_a_reload_and_goes_once_it_is_posted(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    mira = await open_tab("mira")
    page, text = mira.page, mira.page.locator("#compose textarea")
    await mira.open_thread(thread)
    await page.locator("#compose summary").first.click()
    await page.locator("#compose label.chip", has_text="Adds").click()
    await text.fill(WORDS)
    await expect(page.locator("#compose .kept")).to_have_text("Saved as a draft")
    await page.reload()
    await expect(text).to_be_visible()
    await expect(text).to_have_value(WORDS)
    await expect(page.locator("#compose input[value=adds]")).to_be_checked()
    await page.locator("#compose").get_by_role("button", name="Post").click()
    await expect(page.locator(".comment", has_text=WORDS)).to_be_visible()
    # The stream may bring the comment before the answer to the form does.
    await expect(text).to_have_value("")
    await page.reload()
    await expect(text).to_have_value("")


async def test_a_draft_survives_a_post_that_no_server_takes(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    mira = await open_tab("mira")
    page, text = mira.page, mira.page.locator("#compose textarea")
    await mira.open_thread(thread)
    await page.locator("#compose summary").first.click()
    await text.fill(WORDS)
    with site.away():
        await page.locator("#compose").get_by_role("button", name="Post").click()
        await expect(page.locator(".write > .told")).to_contain_text("What you typed is still here")
        await expect(text).to_have_value(WORDS)
    await page.reload()
    await expect(text).to_have_value(WORDS)
    await page.locator("#compose").get_by_role("button", name="Post").click()
    await expect(page.locator(".comment", has_text=WORDS)).to_have_count(1)


async def test_a_draft_survives_being_signed_out_and_signing_in_again(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    # A sign-in of its own: the one that other tests share must not end here.
    tab = await open_tab()
    page, text = tab.page, tab.page.locator("#compose textarea")
    await tab.post("/login", login="kofi", password=PASSWORD)
    await tab.open_thread(thread)
    await page.locator("#compose summary").first.click()
    await text.fill(WORDS)
    await tab.post("/logout")
    await page.locator("#compose").get_by_role("button", name="Post").click()
    await expect(page.locator("#toast, main")).to_contain_text(["sign in"])
    await tab.open(f"/t/{thread}/x")
    await page.locator("#compose").get_by_role("link", name="sign in").click()
    await page.get_by_label("Name or e-mail").fill("kofi")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    await expect(text).to_have_value(WORDS)
    await page.locator("#compose").get_by_role("button", name="Post").click()
    await expect(page.locator(".comment", has_text=WORDS)).to_be_visible()


async def test_a_reply_s_draft_comes_back_with_its_form(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    mira = await open_tab("mira")
    await mira.open_thread(thread)
    comment = mira.page.locator("#comments > .comment", has_text="It learns what we never wrote down.")
    for step in ("typed", "reloaded"):
        await comment.get_by_role("link", name="Reply").click()
        text = comment.locator("textarea")
        if step == "typed":
            await text.fill(WORDS)
            await mira.page.reload()
        else:
            await expect(text).to_have_value(WORDS)


async def test_an_edit_kept_from_before_a_newer_text_shows_both_before_it_replaces_that(
    site: Site, open_tab: OpenTab
) -> None:
    thread = site.fresh_thread()
    mira = await open_tab("mira")
    own = await mira.comment(thread, "The old words.")
    await mira.open_thread(thread)
    comment = mira.page.locator(f"#c{own}")
    text, save = comment.locator("textarea"), comment.get_by_role("button", name="Save")
    await comment.get_by_role("link", name="Edit", exact=True).click()
    await text.fill(WORDS)
    await mira.post(f"/c/{own}/edit", body="What another tab says.")
    await mira.page.reload()
    await comment.get_by_role("link", name="Edit", exact=True).click()
    await expect(text).to_have_value(WORDS)
    await save.click()
    await expect(comment.get_by_role("alert")).to_contain_text("edited in the meantime")
    await expect(comment.locator(".previewed")).to_contain_text("What another tab says.")
    await expect(text).to_have_value(WORDS)
    await save.click()
    await expect(mira.page.locator(f"#c{own}-body")).to_have_text(WORDS)
