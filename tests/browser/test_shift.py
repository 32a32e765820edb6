"""A shift of mixed work: every kind in the queue is decided by keys alone, and by taps on a phone."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenTab
from tests.browser.site import Site
from tests.browser.test_queue import MAKE_STAFF, moved_on, queue, reported, shown

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
__all__ = ["queue"]

# By what is decided: how many of the items are removed, the others are kept up.
REMOVED = {"Comment": 2, "Member": 1, "Article": 1}
APPLIES = """
with one as (
    insert into member (name, name_key, email, email_key)
    select name, name, name || '@example.org', name || '@example.org'
    from (select 'newcomer' || count(*) as name from sign_up) n returning id
) insert into sign_up (member, waits, message, confirmed_at) select id, true, 'Let me in.', now() from one
"""
CLAIMS = """
insert into imported_claim (member, source, name, page, token)
select id, 'https://old.example', 'Ola', 'https://old.example/ola', 'parley-token' from member where name = 'ola'
on conflict do nothing
"""
OPEN = """
select count(*) from queue_item i where state = 'open' and not exists (select from decision d where d.item = i.id)
"""


async def filled(site: Site, open_tab: OpenTab) -> None:
    """Comments, an article, a profile and a rights request that wait, an appeal, a sign-up and an imported name."""
    author, reporter = await open_tab("mira"), await open_tab("jonas_w")
    thread = await reported(site, author, reporter, 4, ["civility", "spam"])
    await reporter.post(f"/t/{thread}/report", reason="spam", text="An advertisement.")
    await reporter.post("/u/mira/report", reason="honesty", text="This is not their name.")
    wish = {"ground": "copyright", "wish": "excerpt", "text": "It is mine.", "original": "", "good_faith": "1"}
    await reporter.post(f"/t/{site.fresh_thread()}/rights", **wish)
    comment = await author.comment(thread, "A comment that priya removes.")
    await site.fetch(MAKE_STAFF, ["priya"], "moderator")
    priya = await open_tab("priya")
    fields = {"action": "remove", "rule": "civility", "reason": "It insults somebody."}
    await priya.post(f"/c/{comment}/moderate", **fields)
    decision = await site.value("select max(id) from decision where target = $1", comment)
    await author.post(f"/decision/{decision}", text="It was a quotation.")
    await site.fetch(APPLIES)
    await site.fetch(CLAIMS)


async def by_keys(page: Page, *, removes: bool) -> int:
    """Decide on the open item; return how many keys it took."""
    if not removes:
        await page.keyboard.press("a")
        return 1
    await page.keyboard.press("r")
    await words_in_view(page)
    await page.keyboard.press("Enter")
    return 2


async def by_taps(page: Page, *, removes: bool) -> int:
    if not removes:
        await page.locator("#keep").tap()
        return 1
    await page.locator("#decide .acts > label", has_text="Remove").first.tap()
    await words_in_view(page)
    await page.locator("#decide .go").tap()
    return 2


async def words_in_view(page: Page) -> None:
    """What is judged can be read while one decides."""
    await expect(page.locator("#decide .go")).to_be_visible()
    await expect(page.locator("#item .case-words").first).to_be_in_viewport(ratio=0.95)


@pytest.mark.parametrize("way", ["keys", "taps"])
async def test_a_mixed_shift_takes_one_key_or_tap_to_keep_and_two_to_remove(
    site: Site, open_tab: OpenTab, way: str
) -> None:
    await filled(site, open_tab)
    size = {"width": 390, "height": 844} if way == "taps" else {"width": 1440, "height": 900}
    tab = await open_tab("sam_h", viewport=size, has_touch=way == "taps")
    page, left, acts = tab.page, dict(REMOVED), {True: set[int](), False: set[int]()}
    first = await site.value("select id from queue_item where state = 'open' order by id limit 1")
    await tab.open(f"/mod/item/{first}")

    while item := await shown(page):
        kind = (await page.locator(".kicker").inner_text()).split()[0].title()
        removes = left.get(kind, 0) > 0 and await page.locator("#concealed").count() == 0
        left[kind] = left.get(kind, 0) - removes
        acts[removes].add(await (by_keys if way == "keys" else by_taps)(page, removes=removes))
        await moved_on(page, item)
        await expect(page.locator("#item")).to_be_visible()

    assert acts == {True: {2}, False: {1}}
    assert await site.value(OPEN) == 0 and sum(left.values()) == 0


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
    await page.keyboard.press("Escape")
    await page.wait_for_url("**/mod/queue?kind=signup")
    async with page.expect_navigation():
        await page.keyboard.press("a")
    assert await site.value("select state from member order by id desc limit 1") == "active"

    await tab.open("/mod/queue?kind=imported")
    await page.keyboard.press("r")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    assert await site.value("select state from imported_claim order by id desc limit 1") == "refused"
