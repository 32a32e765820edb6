"""Nothing moves while a page arrives, at once or element by element."""

import asyncio

import pytest

from tests.browser.conftest import OpenTab
from tests.browser.dripping import dripping
from tests.browser.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

# Bytes that hold the first screen.
SCREEN = 28_000
# A line that breaks one word earlier until the font is there moves by less; a block that arrives moves by far more.
ONE_WORD = 0.01


async def test_nothing_moves_while_a_page_loads(site: Site, open_tab: OpenTab) -> None:
    for path in ("/", "/t/1/x", f"/t/{site.made['crowded']}/x", "/signup"):
        tab = await open_tab()
        await tab.open(path)
        await tab.fonts_shown()
        assert await tab.page.evaluate("document.fonts.check('1em \"Source Serif 4\"')")
        assert [shift for shift in await tab.shifts() if shift[0] >= ONE_WORD] == [], path


# A phone and a desk always, what lies between them in `make sure`.
@pytest.mark.parametrize("widths", [(390, 1440), pytest.param((768,), marks=pytest.mark.slow)], ids=["ends", "between"])
async def test_nothing_moves_while_a_page_arrives_on_a_slow_line(
    site: Site, open_tab: OpenTab, widths: tuple[int, ...]
) -> None:
    async with dripping(site.address, SCREEN) as address:

        async def shifts(path: str, width: int) -> list[object]:
            tab = await open_tab(address=address, viewport={"width": width, "height": 844})
            await tab.open(path)
            return await tab.shifts()

        shown = [(path, width) for path in ("/", "/t/1/x", "/t/1/x?view=all") for width in widths]
        found = await asyncio.gather(*(shifts(*one) for one in shown))
        assert [(one, moved) for one, moved in zip(shown, found, strict=True) if moved] == []
