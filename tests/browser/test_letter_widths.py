"""The pair of two quotations in a mail client as narrow as a phone or as wide as a desk, with `<style>` and without."""

import re

import msgspec
import pytest

from parley.letters.digests import letters, mailing
from parley.people import mail
from tests.browser.conftest import OpenTab
from tests.letters.digests.test_words import ISSUE, ITEM

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

LONG = "The figure is old and nobody has checked it since. " * 5
MEASURED = """() => ({
    beyond: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    letter: document.querySelector(".letter").clientWidth,
    quotations: [...document.querySelectorAll(".pair .quotation")].map(one => one.getBoundingClientRect().width),
    sizes: [...document.querySelectorAll(".pair p")].map(one => parseFloat(getComputedStyle(one).fontSize)),
    tops: [...document.querySelectorAll(".pair .quotation")].map(one => one.getBoundingClientRect().top),
})"""


@pytest.mark.parametrize("styled", [True, False], ids=["styled", "without style"])
@pytest.mark.parametrize("width", [320, 390, 520, 600, 1200])
async def test_a_pair_is_readable_at_every_width(
    open_tab: OpenTab, monkeypatch: pytest.MonkeyPatch, width: int, styled: bool
) -> None:
    monkeypatch.setitem(mail.lists, "digest", mailing.MAIL_LIST)
    pair = msgspec.structs.replace(ITEM, excerpt=LONG, disagreement=[ITEM.comment, 10])
    first = msgspec.structs.replace(pair, stance="supports", author="kofi", quote="A passage. " * 10)
    other = msgspec.structs.replace(pair, position=1, comment=10, title="x" * 120)
    html = letters.digest(ISSUE, [first, other]).html or ""
    page = (await open_tab(None, viewport={"width": width, "height": 800})).page
    await page.set_content(html if styled else re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL))

    found = await page.evaluate(MEASURED)

    assert found["beyond"] <= 0
    assert min(found["sizes"]) >= 14
    assert len(found["quotations"]) == 2
    assert all(one >= min(240, found["letter"]) for one in found["quotations"])
    assert (found["tops"][0] == found["tops"][1]) == (width >= 600)
    # Below each other they are as wide as the letter, so that no half of it is empty.
    assert width >= 600 or all(one >= found["letter"] - 1 for one in found["quotations"])
