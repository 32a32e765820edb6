"""The page For you in a browser: walking unread comments, reading them, answering them."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import OpenTab
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

LAST_WEEK = """
insert into visit (member, thread, read_until, seen_at)
select id, $2, now() - interval '7 days', now() - interval '7 days' from member where name = $1
on conflict (member, thread) do update set seen_at = excluded.seen_at, read_until = excluded.read_until
"""

READ = """
select v.read_until >= c.created_at or c.id = any(v.read) from comment c join visit v on v.thread = c.thread
join member m on m.id = v.member where m.name = $1 and c.id = $2
"""


async def until_read(site: Site, name: str, comment: int) -> None:
    """Return when a member's last visit includes a comment. Chromium reports no request that may outlive its page."""
    async with asyncio.timeout(60):
        while not await site.value(READ, name, comment):
            await asyncio.sleep(0.05)


async def test_z_walks_what_is_new_and_what_was_on_the_screen_is_read(site: Site, open_tab: OpenTab, axe: str) -> None:
    thread, other = site.fresh_thread(), await open_tab("jonas_w")
    await site.fetch(LAST_WEEK, "kofi", thread)
    await site.fetch("update follow set since = now() - interval '7 days' where thread = $1", thread)
    written = [await other.comment(thread, f"Number {number} of what is new.") for number in range(2)]
    tab = await open_tab("kofi", reduced_motion="reduce")
    page = tab.page
    await tab.open(f"/for-you?thread={thread}")
    new = page.locator(".comment.is-new")
    ids = [await new.nth(at).get_attribute("id") for at in range(await new.count())]
    assert ids[-2:] == [f"c{comment}" for comment in written]
    found = await violations(page, axe, "unread comments")

    for id_ in ids:
        await page.keyboard.press("z")
        await expect(page.locator(f"#{id_}")).to_be_focused()
    await until_read(site, "kofi", written[-1])

    assert await tab.shifts() == []
    await tab.open(f"/for-you?thread={thread}")
    await expect(page.locator(f"#c{written[-1]}")).to_have_count(0)
    assert found == [], "\n".join(found)


async def test_a_reply_is_written_in_place(site: Site, open_tab: OpenTab) -> None:
    thread, other = site.fresh_thread(), await open_tab("jonas_w")
    await site.fetch(LAST_WEEK, "kofi", thread)
    comment = await other.comment(thread, "What is your source for this?")
    tab = await open_tab("kofi")
    page = tab.page
    await tab.open(f"/for-you?thread={thread}")

    one = page.locator(f"#c{comment}")
    await one.locator(".comment-actions").get_by_role("link", name="Reply").click()
    await one.locator("textarea").fill("The annual report.")
    await one.get_by_role("button", name="Reply").click()

    await expect(page.get_by_text("The annual report.")).to_be_visible()
    assert page.url.endswith(f"/for-you?thread={thread}")


async def test_without_script_all_of_it_works_by_forms(site: Site, open_tab: OpenTab) -> None:
    thread, other = site.fresh_thread(), await open_tab("jonas_w")
    await site.fetch(LAST_WEEK, "priya", thread)
    comment = await other.comment(thread, "Something new.")
    tab = await open_tab("priya", java_script_enabled=False)
    page = tab.page
    await tab.open("/")
    await page.locator(".masthead a[href='/for-you']").first.click()
    await page.locator(f"a[href='/for-you?thread={thread}']").click()
    await expect(page.locator(f"#c{comment}")).to_be_visible()

    await page.get_by_role("button", name="Mark all above as read").click()

    await expect(page.locator(f"#c{comment}")).to_have_count(0)
    await expect(page.get_by_text("Nothing unread in this thread.")).to_be_visible()
