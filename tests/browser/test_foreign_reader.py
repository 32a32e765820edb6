"""Somebody who knows only the made-up language signs up, answers a thesis, responds, gets a letter and stops mail."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenTab
from tests.browser.mirror import mirror
from tests.browser.site import Site
from tests.browser.test_directions import words_of_operators
from tests.hebrew import english

__all__ = ["mirror"]

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

NAME, WORDS = "שולמית", "זה מה שאני חושבת על כך."
LETTER = "select subject, text from mail where kind = 'verify' order by id desc limit 1"
SELECT_WORDS = """passage => {
    const range = document.createRange();
    const text = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT).nextNode();
    range.setStart(text, 0);
    range.setEnd(text, 20);
    getSelection().addRange(range);
}"""


class Reader:
    """Looks at whatever is on the page after each step."""

    def __init__(self, page: Page, known: set[str]) -> None:
        self.page, self.known = page, known
        self.read: dict[str, set[str]] = {}

    async def look(self, step: str) -> None:
        self.read[step] = english(await self.page.content(), self.known)

    async def press(self, selector: str, step: str) -> None:
        async with self.page.expect_navigation():
            await self.page.locator(selector).click()
        await self.look(step)


async def sign_up(reader: Reader) -> None:
    for field, typed in {"name": NAME, "email": "shulamit@example.org", "password": "four words for locks"}.items():
        await reader.page.fill(f"#f-{field}", typed)
    await reader.look("the form to sign up")
    # Programs send forms within three seconds.
    await reader.page.wait_for_timeout(3_000)
    await reader.press("main form .button", "signed up")


async def test_a_reader_of_another_language_takes_part_without_a_word_of_english(
    mirror: Site, open_tab: OpenTab
) -> None:
    tab = await open_tab(address=mirror.address)
    page, reader = tab.page, Reader(tab.page, await words_of_operators(mirror))
    await tab.open("/signup")
    await sign_up(reader)
    letter = (await mirror.fetch(LETTER))[0]
    reader.read["the letter"] = {one for text in letter for one in english(text, reader.known)}
    link = re.search(r"/verify\S+", letter["text"])
    assert link is not None
    await tab.open(link[0])
    await reader.look("the link of the letter")
    await reader.press("main form .button", "confirmed")

    await tab.open("/t/1/x")
    await page.locator(".thesis button[name='value'][value='1']").click()
    await expect(page.locator(".thesis [aria-pressed='true']").first).to_be_visible()
    await reader.look("the thesis is answered")
    await page.locator(".passage").first.evaluate(SELECT_WORDS)
    await page.locator("body > .respond").first.click()
    await page.locator("#compose [name='stance'][value='challenges']").check()
    await page.fill("#compose [name='body']", WORDS)
    await reader.look("the form to respond")
    await page.locator("#compose .go").click()
    await expect(page.locator(".comment", has_text=WORDS).first).to_be_visible()
    await reader.look("the response stands")

    await tab.open(next(one.path for one in mirror.made["pages"] if one.name == "stop the digest"))
    await reader.look("the link that stops mail")
    await reader.press("main form .button", "mail is stopped")

    assert {step: found for step, found in reader.read.items() if found} == {}
