"""Work in the queue that is no item: it has the same keys as the decision bar."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site
from tests.browser.test_queue import MAKE_STAFF, queue

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
__all__ = ["queue"]

APPLIES = """
with one as (
    insert into member (name, name_key, email, email_key)
    select name, name, name || '@example.org', name || '@example.org'
    from (select 'newcomer' || max(id) as name from member) n returning id
) insert into sign_up (member, waits, message, confirmed_at) select id, true, 'Let me in.', now() from one
"""
CLAIMS = """
insert into imported_claim (member, source, name, page, token)
select id, 'https://old.example', 'Ola', 'https://old.example/ola', 'parley-token' from member where name = 'ola'
"""


async def filled(site: Site, open_tab: OpenTab) -> None:
    """An appeal, a sign-up and an imported name that wait."""
    author = await open_tab("mira")
    comment = await author.comment(site.fresh_thread(), "A comment that priya removes.")
    await site.fetch(MAKE_STAFF, ["priya"], "moderator")
    priya = await open_tab("priya")
    fields = {"action": "remove", "rule": "civility", "reason": "It insults somebody."}
    await priya.post(f"/c/{comment}/moderate", **fields)
    decision = await site.value("select max(id) from decision where target = $1", comment)
    await author.post(f"/decision/{decision}", text="It was a quotation.")
    for sql in (APPLIES, "delete from imported_claim", CLAIMS):
        await site.fetch(sql)


async def test_other_work_has_the_same_keys_and_escape_leads_back(site: Site, open_tab: OpenTab) -> None:
    await filled(site, open_tab)
    tab = await open_tab("sam_h")
    page = tab.page

    await tab.open("/mod/queue?kind=appeal")
    await page.keyboard.press("j")
    await page.wait_for_url("**/mod/appeals/*")
    await page.keyboard.press("r")
    await expect(page.locator("[name=outcome][value=overturned]")).to_be_checked()
    await page.keyboard.press("Escape")
    await page.keyboard.press("a")
    await page.keyboard.type("We read it again, and it stands.")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_function("() => !document.querySelector('[name=outcome]')")
    assert await site.value("select state from appeal order by id desc limit 1") == "upheld"

    await tab.open("/mod/queue?kind=signup")
    async with page.expect_navigation():
        await page.keyboard.press("Escape")
    async with page.expect_navigation():
        await page.keyboard.press("a")
    assert await site.value("select state from member order by id desc limit 1") == "active"

    await tab.open("/mod/queue?kind=imported")
    await page.keyboard.press("r")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    assert await site.value("select state from imported_claim order by id desc limit 1") == "refused"
