"""Every page on paper, in the system's own colours, and for whoever wants no motion."""

from typing import Any

import pytest

from browser.conftest import OpenTab
from browser.pages import every_page
from browser.site import Site
from browser.test_sizes import beyond
from frontend.test_modes import LONGEST

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.slow]

# A4 without its margins, at 96 dots an inch.
PAPER = {"width": 673, "height": 998}
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


def unlike(found: dict[str, Any], expected: Any) -> str:
    """The pages where something else than expected was found, a line each."""
    return "\n".join(f"{name}: {here}" for name, here in found.items() if here != expected)


async def found_on_every_page(site: Site, open_tab: OpenTab, scripts: dict[str, str], **options: Any) -> dict[str, Any]:
    """What `scripts` find, by page; "sideways" where one scrolls sideways or stands out of its box."""
    pages = await every_page(site)
    media = {name: options.pop(name) for name in ("media",) if name in options}
    found = {}
    for viewer in dict.fromkeys(page.viewer for page in pages):
        tab = await open_tab(viewer, **options)
        await tab.page.emulate_media(**media)
        for shown in [page for page in pages if page.viewer == viewer]:
            await tab.open(shown.path)
            here = {name: await tab.page.evaluate(script) for name, script in scripts.items()}
            found[shown.name] = here | {"sideways": await beyond(tab.page)}
    return found


async def test_on_paper_stands_what_the_page_says_and_nothing_to_press(site: Site, open_tab: OpenTab) -> None:
    scripts = {"chrome": CHROME, "colours": COLOURS}
    found = await found_on_every_page(site, open_tab, scripts, viewport=PAPER, color_scheme="dark", media="print")
    expected = {"chrome": [], "colours": ["rgb(255, 255, 255)", "rgb(0, 0, 0)"], "sideways": []}
    assert unlike(found, expected) == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_in_the_colours_of_the_system_nothing_vanishes(site: Site, open_tab: OpenTab, scheme: str) -> None:
    scripts = {"vanished": VANISHED, "unseen": UNSEEN}
    found = await found_on_every_page(site, open_tab, scripts, forced_colors="active", color_scheme=scheme)
    expected = {"vanished": [], "unseen": [], "sideways": []}
    assert unlike(found, expected) == ""


async def test_nothing_glides_on_any_page_for_whoever_wants_no_motion(site: Site, open_tab: OpenTab) -> None:
    found = await found_on_every_page(site, open_tab, {"longest": LONGEST}, reduced_motion="reduce")
    assert unlike(found, {"longest": 0, "sideways": []}) == ""


async def test_what_vanishes_in_the_colours_of_the_system_would_be_found(open_tab: OpenTab) -> None:
    tab = await open_tab(forced_colors="active")
    await tab.open("/t/1/x?view=whole")
    assert await tab.page.evaluate(VANISHED) == []
    await tab.page.evaluate("""() => {
      const drawn = new CSSStyleSheet();
      drawn.replaceSync(".up::before { background: Canvas !important; }");
      document.adoptedStyleSheets.push(drawn);
    }""")
    assert "BUTTON.up::before" in await tab.page.evaluate(VANISHED)
