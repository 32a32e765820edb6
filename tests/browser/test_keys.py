"""The thread by keyboard alone."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

NEWEST = """
select c.id, c.created_at from comment c left join member m on m.id = c.author
where c.thread = $1 and c.state = 'visible' and m.name is distinct from $2 order by c.created_at desc limit $3
"""
ELSEWHERE = "been => document.activeElement.matches('.comment') && !been.includes(document.activeElement.id)"


async def is_at(page: Page, words: str) -> None:
    await expect(page.locator(".comment.is-current > .comment-body")).to_have_text(words)


async def enter(page: Page, words: str) -> None:
    """Come into a comment as the tab key does: onto something in it."""
    comment = page.locator(".comment", has=page.locator("> .comment-body", has_text=words))
    await comment.locator("> .comment-actions > a[href$='/reply']").focus()


async def test_keys_walk_the_discussion(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab("nkechi")
    page = tab.page
    await tab.open_thread(site.fresh_thread())
    top = await page.locator("#comments > .comment > .comment-body").all_inner_texts()
    costs = "Costs come first."
    await page.keyboard.press("j")
    await is_at(page, top[0])
    await enter(page, costs)
    await page.keyboard.press("j")
    await is_at(page, "They fall every year.")
    await page.keyboard.press("[")
    await is_at(page, costs)
    await page.keyboard.press("c")
    await expect(page.locator(".comment", has_text="They fall every year.").last).to_be_hidden()
    await page.keyboard.press("c")
    await expect(page.locator(".comment", has_text="They fall every year.").last).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await is_at(page, costs)
    await enter(page, top[0])
    await page.keyboard.press("]")
    await is_at(page, top[1])


async def test_keys_vote_and_reply_and_letters_typed_do_neither(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab("nkechi")
    page = tab.page
    await tab.open_thread(site.fresh_thread())
    comment = page.locator("#comments > .comment", has_text="It learns what we never wrote down.")
    await enter(page, "It learns what we never wrote down.")
    for key, button in (("u", "up"), ("a", "yes"), ("d", "no")):
        await page.keyboard.press(key)
        await expect(comment.locator(f"button.{button}")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("r")
    await expect(comment.locator("textarea")).to_be_focused()
    await page.keyboard.type("judge a bad crack")
    await expect(comment.locator("textarea")).to_have_value("judge a bad crack")
    await expect(comment.locator("button.no")).to_have_attribute("aria-pressed", "true")


async def test_z_leads_to_what_is_new(site: Site, open_tab: OpenTab) -> None:
    thread = site.fresh_thread()
    mira, reader = await open_tab("mira"), await open_tab("nkechi")
    await reader.open_thread(thread)
    await mira.comment(thread, "New to you.")
    await reader.page.get_by_role("button", name="1 new response").click()
    await reader.page.keyboard.press("j")
    await reader.page.keyboard.press("z")
    await is_at(reader.page, "New to you.")


async def test_z_leads_on_to_what_is_new_beyond_the_page(site: Site, open_tab: OpenTab) -> None:
    thread = site.made["crowded"]
    writer, reader = await open_tab("jonas_w"), await open_tab("nkechi", reduced_motion="reduce")
    page = reader.page
    await reader.open_thread(thread)
    await site.fetch("update visit set read_until = now() - interval '1 hour', read = '{}' where thread = $1", thread)
    shown = [int(one[1:]) for one in await page.locator(".comment").evaluate_all("all => all.map(one => one.id)")]
    hidden = "select id from comment where thread = $1 and id <> all($2::bigint[]) and parent is {} limit 1"
    for kind in ("not null", "null"):
        await writer.comment(thread, f"New below {kind}.", await site.value(hidden.format(kind), thread, shown))

    await reader.open(f"/t/{thread}/x?view=all")
    for kind in ("not null", "null"):
        await page.keyboard.press("z")
        await expect(page.locator(".comment.is-new:focus > .comment-body")).to_have_text(f"New below {kind}.")
        await expect(page.locator(":focus > .comment-body")).to_be_in_viewport()


async def test_z_leads_to_each_new_comment_once(site: Site, open_tab: OpenTab) -> None:
    thread = site.made["crowded"]
    tab = await open_tab("kofi", reduced_motion="reduce")
    page = tab.page
    await tab.open_thread(thread)
    *unread, (_, since) = await site.fetch(NEWEST, thread, "kofi", 16)
    await site.fetch("update visit set read_until = $2, read = '{}' where thread = $1", thread, since)

    await tab.open(f"/t/{thread}/x?view=all")
    ids = {f"c{number}" for number, _ in unread}
    here = set(await page.locator(".comment.is-new").evaluate_all("all => all.map(one => one.id)"))
    assert 0 < len(here) < len(ids), "some on the page, some beyond it"
    been: list[str] = []
    for _ in ids:
        await page.keyboard.press("z")
        await page.wait_for_function(ELSEWHERE, arg=been)
        been.append(await page.locator(".comment:focus").get_attribute("id") or "")
    assert set(been) == ids
    await expect(page.locator("[data-unread]")).to_have_count(0)


async def test_a_question_mark_shows_every_key(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.open_thread(site.made["three"])
    await tab.page.keyboard.press("?")
    sheet = tab.page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(sheet).to_be_visible()
    for key in "jkz[]cruad?":
        await expect(sheet.locator("kbd", has_text=key).first).to_be_visible()
    await tab.page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()


async def test_a_comment_is_collapsed_by_keys_where_it_stands_and_expanded_again(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab("sam_h")
    page, thread = tab.page, site.fresh_thread()
    comment = await site.value("select id from comment where thread = $1 order by id limit 1", thread)
    await tab.open_thread(thread)
    await page.evaluate("hash => { location.hash = hash }", f"c{comment}")
    await page.keyboard.press("m")
    await expect(page.locator("#decide")).to_be_visible()
    await page.keyboard.press("c")
    reason = page.locator("#f-reason")
    await expect(reason).to_be_visible()
    await page.locator("#decide select[name=rule]").select_option("civility")
    await expect(reason).to_have_value("No insults, no threats, no guessing at motives.")
    await reason.press("Control+Enter")

    await expect(page.locator(f"#c{comment}")).to_contain_text("Collapsed by moderation")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(f"#c{comment}")).not_to_contain_text("Collapsed by moderation")


async def test_m_opens_the_form_of_the_comment_that_a_link_or_the_focus_is_on(site: Site, open_tab: OpenTab) -> None:
    tab = await open_tab("sam_h")
    page = tab.page
    thread = site.fresh_thread()
    linked = await site.value("select id from comment where thread = $1 order by id limit 1", thread)
    form = page.locator("#decide")
    await tab.open_thread(thread)
    await page.evaluate("hash => { location.hash = hash }", f"c{linked}")
    await expect(page.locator(f"#c{linked}.is-here")).to_be_visible()
    await page.keyboard.press("m")
    await expect(form).to_have_attribute("action", f"/c/{linked}/moderate")
    await page.keyboard.press("Escape")
    await enter(page, "They fall every year.")
    await page.keyboard.press("m")
    other = page.locator(".comment", has=page.locator("> .comment-body", has_text="They fall every year."))
    await expect(form).to_have_attribute("action", f"/c/{(await other.get_attribute('id') or '')[1:]}/moderate")
