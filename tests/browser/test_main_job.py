"""The main job, as a person does it: read, become a member, speak, take back, vote, bring an article."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site
from tests.browser.tab import Tab

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

ARTICLE = """# The ledger and the oracle

A ledger forgets nothing and an oracle explains nothing. We have built a thing that does both.

## What it costs

Nobody has paid the bill yet, so nobody has read it.
"""
WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


async def newcomer(tab: Tab, name: str) -> None:
    """Sign up, confirm the address with the mail that this machine keeps, and stay signed in."""
    page = tab.page
    await page.get_by_role("link", name="Sign up", exact=True).click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("E-mail").fill(f"{name}@example.org")
    await page.get_by_label("Password").fill("four words for locks")
    await page.get_by_role("button", name="Sign up").click()
    await page.get_by_role("link", name="This installation keeps its mail here").click()
    await page.get_by_role("link", name="Confirm your address").first.click()
    await page.locator(".mail-text a").click()
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_role("heading", name="Your address is confirmed")).to_be_visible()


async def sign_in(page: Page, name: str) -> None:
    await page.get_by_label("Name or e-mail").fill(name)
    await page.get_by_label("Password").fill("four words for locks")
    await page.locator("main").get_by_role("button", name="Sign in", exact=True).click()


async def sign_out(page: Page, name: str) -> None:
    await page.locator(".masthead summary", has_text=name).click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


@WITH_AND_WITHOUT
async def test_a_visitor_becomes_a_member_and_takes_part(site: Site, open_tab: OpenTab, scripts: bool) -> None:
    thread, name = site.fresh_thread(), "newcomer" if scripts else "plain_one"
    tab = await open_tab(java_script_enabled=scripts)
    page = tab.page
    await tab.open("/")
    await page.locator(".card h2 a").first.click()
    await expect(page.locator(".passage").first).to_be_visible()
    assert await tab.context.cookies() == []

    await newcomer(tab, name)
    await tab.open("/")
    if await page.locator(".masthead summary", has_text=name).count():
        await sign_out(page, name)
    await tab.open(f"/t/{thread}/x")
    await page.locator("#compose").get_by_role("link", name="sign in").click()
    await sign_in(page, name)
    await expect(page).to_have_url(re.compile(rf"/t/{thread}/"))

    await post_a_response(page)
    own = await page.locator(".comment", has_text="A bill nobody reads").last.get_attribute("id")
    await edit(page, f"#{own}")
    await delete_and_restore(page, f"#{own}")
    await reply_and_vote(page)


async def post_a_response(page: Page) -> None:
    await page.locator("#compose summary").first.click()
    form = page.locator("#compose form")
    await form.locator("label.chip", has_text="Asks").click()
    await form.get_by_label("Your comment").fill("A bill nobody *reads*.")
    await form.get_by_role("button", name="Post").click()
    posted = page.locator(".comment", has_text="A bill nobody reads.")
    await expect(posted.locator(".stance")).to_have_text("Asks about the article")
    await expect(posted.locator(".comment-body em")).to_have_text("reads")
    await expect(posted).to_have_count(1)


async def edit(page: Page, comment: str) -> None:
    await page.locator(f"{comment} > .comment-actions").get_by_role("link", name="Edit").click()
    form = page.locator("form.write[data-kind=edit]")
    await form.locator("textarea").fill("A bill nobody reads **twice**.")
    await form.get_by_role("button", name="Save").click()
    await expect(page.locator(f"{comment} > .comment-body strong")).to_have_text("twice")
    await page.locator(f"{comment} > .comment-head").get_by_role("link", name="edited").click()
    await expect(page.locator(".version").first.locator("ins")).to_contain_text("twice")
    await page.get_by_role("link", name="Back to this comment").click()


async def delete_and_restore(page: Page, comment: str) -> None:
    await page.locator(f"{comment} > .comment-actions").get_by_role("link", name="Delete").click()
    await page.get_by_role("button", name="Delete").click()
    await expect(page.locator(f"{comment} > .comment-body")).to_have_text("This comment was deleted by its author.")
    await page.locator(f"{comment} > .comment-actions").get_by_role("button", name="Restore").click()
    await expect(page.locator(f"{comment} > .comment-body strong")).to_have_text("twice")


async def reply_and_vote(page: Page) -> None:
    await page.goto(re.sub(r"[?#].*", "", page.url))
    first = page.locator("#comments > .comment", has_text="Costs come first.")
    number = await first.get_attribute("id")
    await first.locator("> .comment-actions").get_by_role("link", name="Reply").click()
    form = page.locator("form.write[data-kind=reply]")
    await form.locator("textarea").fill("Whose costs?")
    await form.get_by_role("button", name="Reply").click()
    await expect(page.locator(f"#{number}-list .comment", has_text="Whose costs?")).to_be_visible()
    for button, axis in (("Worth reading", "quality"), ("No", "agreement")):
        pressed = page.locator(f"#{number}-score").get_by_role("button", name=button, exact=True)
        await pressed.click()
        await expect(pressed, axis).to_have_attribute("aria-pressed", "true")
    await expect(page.locator(f"#{number}-score b")).to_have_text("+1")
    # How others answered is told from five answers on.
    await expect(page.locator(f"#{number}-score .meter")).to_be_empty()
    await page.reload()
    await expect(page.locator(f"#{number}-score button.no")).to_have_attribute("aria-pressed", "true")


@WITH_AND_WITHOUT
async def test_a_member_brings_an_article_by_its_text(open_tab: OpenTab, scripts: bool) -> None:
    tab = await open_tab("hanna", java_script_enabled=scripts)
    page = tab.page
    await tab.open("/new")
    await page.locator("label", has_text="Pasted text").click()
    await page.get_by_label("Text", exact=True).fill(ARTICLE + ("\nAgain.\n" if scripts else "\nOnce.\n"))
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("heading", name="Before you publish")).to_be_visible()
    await expect(page.locator(".masthead")).to_have_count(1)
    await expect(page.locator(".is-preview .passage h2")).to_have_text("What it costs")
    await expect(page.get_by_label("Title")).to_have_value("The ledger and the oracle")
    await page.get_by_label("Title").fill("The ledger, the oracle and the bill")
    await page.get_by_role("button", name="Publish").click()
    await expect(page.locator(".piece-head h1")).to_have_text("The ledger, the oracle and the bill")
    await expect(page.locator(".empty-title")).to_have_text("Nobody has responded yet.")


@WITH_AND_WITHOUT
async def test_an_address_that_cannot_be_read_says_so(open_tab: OpenTab, scripts: bool) -> None:
    tab = await open_tab("hanna", java_script_enabled=scripts)
    await tab.open("/new")
    await tab.page.get_by_label("Address").fill("http://127.0.0.1:9/no-such-page")
    await tab.page.get_by_role("button", name="Preview").click()
    await expect(tab.page.get_by_role("heading", name="That did not work")).to_be_visible()
    await expect(tab.page.locator("main .error")).not_to_be_empty()
    await expect(tab.page.get_by_role("link", name="Try another way")).to_be_visible()
