"""Every page on paper, in the system's own colours, and for whoever wants no motion."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize

from tests.browser.conftest import OpenTab
from tests.browser.pages import by_viewer, every_page
from tests.browser.site import Site
from tests.browser.test_sizes import beyond
from tests.frontend.test_modes import LONGEST

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.slow]

# A4 without its margins, at 96 dots an inch.
PAPER: ViewportSize = {"width": 673, "height": 998}
DESK: ViewportSize = {"width": 1440, "height": 900}
PRESSED = ".masthead, .mod-nav, .foot, .dock, .button, .tabs, .decide, .keys-hint"
CHROME = f"""() => [...document.querySelectorAll("{PRESSED}")]
    .filter(one => one.checkVisibility()).map(one => one.className).slice(0, 5)"""
COLOURS = "() => ['backgroundColor', 'color'].map(name => getComputedStyle(document.body)[name])"
# What is cut out of a background is gone where the background is that of the page.
VANISHED = """() => {
  const page = getComputedStyle(document.body).backgroundColor;
  const cut = style => style.maskImage !== "none" || /polygon/.test(style.clipPath);
  return [...document.querySelectorAll("body *")].filter(one => one.checkVisibility())
    .flatMap(one => ["", "::before", "::after"].map(part => [one, part, getComputedStyle(one, part || null)]))
    .filter(([, part, style]) => (!part || style.content !== "none") && cut(style) && style.backgroundColor === page)
    .map(([one, part]) => `${one.tagName}.${one.className}${part}`).slice(0, 5);
}"""
# What can be pressed or filled in has words, a line around it, or a picture.
UNSEEN = """() => [...document.querySelectorAll("a, button, summary, input:not([type=hidden]), select, textarea")]
    .filter(one => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .filter(one => one.getBoundingClientRect().width > 2)
    .filter(one => !one.innerText?.trim() && !["radio", "checkbox"].includes(one.type))
    .filter(one => getComputedStyle(one).borderTopWidth === "0px" && !one.querySelector("svg, img"))
    .filter(one => getComputedStyle(one, "::before").content === "none")
    .map(one => one.outerHTML.slice(0, 120)).slice(0, 5)"""


@dataclass(frozen=True)
class Medium:
    """What a page is shown on, what is looked for there, and what has to be found."""

    name: str
    size: ViewportSize
    media: dict[str, Any]
    scripts: dict[str, str]
    expected: dict[str, Any]


MEDIA = [
    Medium(
        "on paper stands what the page says, and nothing to press",
        PAPER,
        {"media": "print", "color_scheme": "dark"},
        {"chrome": CHROME, "colours": COLOURS},
        {"chrome": [], "colours": ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]},
    ),
    *(
        Medium(
            f"in the {scheme} colours of the system nothing vanishes",
            DESK,
            {"forced_colors": "active", "color_scheme": scheme},
            {"vanished": VANISHED, "unseen": UNSEEN},
            {"vanished": [], "unseen": []},
        )
        for scheme in ("light", "dark")
    ),
    Medium("for whoever wants no motion nothing glides", DESK, {}, {"longest": LONGEST}, {"longest": 0}),
]
AS_EVER = {"media": "screen", "color_scheme": "light", "forced_colors": "none"}


async def unlike(page: Page, medium: Medium) -> dict[str, Any]:
    """What is otherwise than expected on the page that is open."""
    await page.set_viewport_size(medium.size)
    await page.emulate_media(**{**AS_EVER, **medium.media})
    found = {name: await page.evaluate(script) for name, script in medium.scripts.items()}
    found["sideways"] = await beyond(page)
    return {name: one for name, one in found.items() if one != medium.expected.get(name, [])}


async def test_every_page_is_as_good_in_every_medium(site: Site, open_tab: OpenTab) -> None:
    wrong: dict[tuple[str, str], dict[str, Any]] = {}
    for viewer, theirs in by_viewer(await every_page(site)).items():
        tab = await open_tab(viewer, reduced_motion="reduce")
        for shown in theirs:
            await tab.open(shown.path)
            for medium in MEDIA:
                if found := await unlike(tab.page, medium):
                    wrong[shown.name, medium.name] = found
    assert wrong == {}


async def test_what_vanishes_in_the_colours_of_the_system_would_be_found(open_tab: OpenTab) -> None:
    tab = await open_tab(forced_colors="active")
    await tab.open("/t/1/x?view=all")
    assert await tab.page.evaluate(VANISHED) == []
    await tab.page.evaluate("""() => {
      const drawn = new CSSStyleSheet();
      drawn.replaceSync(".up::before { background: Canvas !important; }");
      document.adoptedStyleSheets.push(drawn);
    }""")
    assert "BUTTON.up::before" in await tab.page.evaluate(VANISHED)
