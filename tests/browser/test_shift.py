"""A shift of forty mixed items by keys, by taps on a phone and without scripts: what each takes, what is in view."""

from collections import Counter
from typing import Any

import pytest
from playwright.async_api import Page, Request

from tests.browser.conftest import OpenTab
from tests.browser.site import Site
from tests.browser.test_other_work import APPLIES, filled
from tests.browser.test_queue import moved_on, queue, reported, shown

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
__all__ = ["queue"]

KINDS = {"Comment": 29, "Article": 2, "Member": 2, "signup": 4, "imported": 1, "appeal": 1, "author": 1}
# Every third is restricted: an article then waits for a second moderator, whose work is no longer this one's.
EACH = 3
LONG = "It goes on, as what people write in anger does, for as long as they are angry at somebody. " * 4
EMPTY = "delete from claim", "delete from appeal", "update sign_up set waits = false"
BIOS = "update member set bio = 'I sell what you need.' where name in ('mira', 'bram')"
LEFT = "select count(*) from queue_item where state = 'open' and not escalated"
# What is judged can be read to its last line: nothing lies over it.
IS_IN_VIEW = """
() => [...document.querySelectorAll('#item :is(.case-words, .said)')].slice(0, 1).every(words => {
  const { left, top, bottom } = words.getBoundingClientRect();
  return [top + 6, bottom - 6].every(y => words.contains(document.elementFromPoint(left + 6, y)));
})
"""
RESTRICT = "#decide label:has(:is([value=remove], [value=bio]))"
WAYS: dict[str, dict[str, Any]] = {
    "keys": {"viewport": {"width": 1440, "height": 900}},
    "taps": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "plain": {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False},
}


class Shift:
    """What decisions took: keys, taps, or requests without scripts; `took` counts how many took how much."""

    def __init__(self, page: Page, way: str) -> None:
        self.page, self.way, self.acts, self.took = page, way, 0, Counter[tuple[str, int]]()
        if way == "plain":
            page.on("request", self._count)

    def _count(self, request: Request) -> None:
        self.acts += request.resource_type == "document"

    async def act(self, key: str, selector: str) -> None:
        self.acts += self.way != "plain"
        if self.way == "keys":
            await self.page.keyboard.press(key)
        else:
            button = self.page.locator(selector).first
            await (button.tap() if self.way == "taps" else button.click())

    async def can_be_read(self) -> None:
        if self.way == "plain":
            return
        # The page may be scrolling to the words still.
        await self.page.wait_for_function(IS_IN_VIEW)

    def done(self, what: str) -> None:
        self.took[what, self.acts] += 1
        self.acts = 0

    async def item(self, *, restricts: bool) -> None:
        """Decide on the open item."""
        if restricts:
            await self.act("r", RESTRICT)
            await self.can_be_read()
            await self.act("Enter", "#decide .go")
        else:
            await self.can_be_read()
            await self.act("a", "#keep")

    async def other(self, kind: str, *, refuses: bool) -> None:
        """Decide on the open work that is no item."""
        key = "r" if refuses else "a"
        await self.can_be_read()
        await self.act(key, f"#item [data-key={key}], #item label:has([data-key={key}])")
        if kind == "appeal":
            await self.page.locator("#f-answer").fill("We read it again.")
            await self.can_be_read()
            await self.act("Control+Enter", "#item .review .button")
        elif self.way == "keys" and (refuses or kind != "signup"):
            await self.act("Enter", "")


async def fill(site: Site, open_tab: OpenTab) -> None:
    """Forty items of all kinds, of which one is a request about rights."""
    author, reporter, ola = await open_tab("mira"), await open_tab("jonas_w"), await open_tab("ola")
    for sql in (*EMPTY, BIOS):
        await site.fetch(sql)
    thread = await reported(site, author, reporter, KINDS["Comment"] - 1, ["civility", "spam", "topic"])
    long = await author.comment(thread, LONG)
    await reporter.post(f"/c/{long}/report", reason="civility", text="Please look.")
    await reporter.post(f"/t/{thread}/report", reason="spam", text="An advertisement.")
    wish = {"ground": "copyright", "wish": "excerpt", "text": "It is mine.", "original": "", "good_faith": "1"}
    await reporter.post(f"/t/{site.fresh_thread()}/rights", **wish)
    for name in ("mira", "bram"):
        await reporter.post(f"/u/{name}/report", reason="honesty", text="This is not their name.")
    await ola.post(f"/t/{thread}/claim", way="word", text="The editors know me.")
    await filled(site, open_tab)
    for _ in range(KINDS["signup"] - 1):
        await site.fetch(APPLIES)


async def works(site: Site, shift: Shift, address: str) -> Counter[str]:
    """Decide until nothing waits; return how many of each kind were decided."""
    page, done = shift.page, Counter[str]()
    await page.goto(f"{address}/mod/queue")
    await page.goto(f"{address}{await page.locator('.item[data-item] a').first.get_attribute('href')}")
    while item := await shown(page):
        kind = (await page.locator(".kicker").inner_text()).split()[0].title()
        if await page.locator("#concealed").count():
            await shift.act("v", "#concealed button")
            await page.locator("#concealed").wait_for(state="detached")
        done[kind] += 1
        restricts, shift.acts = done[kind] % EACH == 2, 0
        await shift.item(restricts=restricts)
        if shift.way == "plain":
            await page.locator(f"#item:not([data-item='{item}'])").wait_for(state="attached")
        else:
            await moved_on(page, item)
        shift.done("restrict" if restricts else "keep")
    for kind in ("signup", "imported", "appeal", "author"):
        for number in range(KINDS[kind]):
            await page.goto(f"{address}/mod/queue?kind={kind}")
            await page.locator("a.item-link").first.click()
            await page.locator("#item.is-panel").wait_for()
            shift.acts = 0
            async with page.expect_navigation():
                await shift.other(kind, refuses=number == 2)
            shift.done("refuse" if number == 2 else kind)
            done[kind] += 1
    return done


@pytest.mark.parametrize("way", WAYS)
async def test_a_shift_takes_one_key_to_keep_and_two_to_restrict(site: Site, open_tab: OpenTab, way: str) -> None:
    await fill(site, open_tab)
    tab = await open_tab("sam_h", **WAYS[way])
    shift = Shift(tab.page, way)

    assert await works(site, shift, tab.address) == KINDS

    restricted = sum(1 for kind in ("Comment", "Article", "Member") for n in range(KINDS[kind]) if (n + 1) % EACH == 2)
    kept = KINDS["Comment"] + KINDS["Article"] + KINDS["Member"] - restricted
    keeps = {"keys": 1, "taps": 1, "plain": 2}[way]
    assert {key: n for key, n in shift.took.items() if key[0] in ("keep", "restrict")} == {
        ("keep", keeps): kept,
        ("restrict", 2): restricted,
    }
    others = {"keys": [1, 2, 2, 2, 2], "taps": [1, 1, 1, 2, 1], "plain": [2, 2, 2, 2, 2]}[way]
    for kind, acts in zip(("signup", "refuse", "imported", "appeal", "author"), others, strict=True):
        assert {taken for what, taken in shift.took if what == kind} == {acts}, kind
    assert await site.value(LEFT) == 0
