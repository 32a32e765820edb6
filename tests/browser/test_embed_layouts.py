"""Markers stand beside their own passages, and pages look as before, in small layouts of ours and in real themes."""

import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw
from playwright.async_api import Browser, Page, Route

from parley.interfaces.embed.page import fingerprint
from parley.platform.http.assets import assets

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

THEMES = Path(__file__).parents[2] / ".tools" / "themes"
PUBLISHER, FORUM = "https://pub.example", "https://forum.example"
FEWEST_THEMES = 19
PARAGRAPHS = [
    f"Paragraph {number} says something of its own. " + f"Sentence of {number}. " * 25 for number in range(12)
]
COLUMN = "main { max-width: 38rem; margin: 0 auto }"
UNSET = "* { all: unset } head { display: none } body, main, article { display: block }"
LAYOUTS = {
    "plain": "",
    "a scrolling element": (
        "html, body { height: 100%; margin: 0; overflow: hidden } #page { height: 100%; overflow: auto }"
    ),
    "a scrolling element in a scrolling page": (
        "body { min-height: 2000px } article { height: 400px; overflow-y: scroll; margin-top: 300px }"
    ),
    "a scrolling body": "html { height: 100%; overflow: hidden } body { height: 100%; margin: 0; overflow: auto }",
    "zoom of the page": "html { zoom: 1.25 }",
    "zoom of the text": "main { zoom: 1.3 }",
    "a page that is transformed": "html { transform: scale(0.9) translate(20px, 10px); transform-origin: 0 0 }",
    "text that is transformed": "main { transform: translateY(40px) scale(0.95) }",
    "all unset": f"{UNSET} p {{ display: block; margin: 1em 0 }}",
    "all unset, important": (
        "body *, div { all: unset !important } p { display: block !important; margin: 1em 0 !important } "
        "#page { max-width: 38rem !important; display: block !important }"
    ),
    "inline paragraphs": f"{UNSET} p::after {{ content: '\\A\\A'; white-space: pre }}",
    "a sticky header": "header { position: sticky; top: 0; height: 80px; background: #eee; z-index: 9 }",
    "a fixed header": (
        "header { position: fixed; inset: 0 0 auto; height: 80px; background: #eee } #page { padding-top: 90px }"
    ),
    "a page in columns": "html { display: grid; grid-template-columns: 1fr 38rem 1fr } body { grid-column: 2 }",
    "margins of the root": "html { margin: 46px 0 0 30px !important; position: relative }",
    "right to left": "html { direction: rtl }",
}
HTML = """<!doctype html><html lang="en"><head><title>An article</title><link rel="icon" href="data:,">
<link rel="canonical" href="{url}"><link rel="stylesheet" href="/style.css"></head>
<body><div id="page"><header>The Paper</header><main><article>{text}</article></main></div>
<script async src="{forum}/embed/v1.js" data-site="pub"></script></body></html>"""
# Of each passage, what is where: its marker, its first line, and whether that line is seen.
PLACES = """() => {
  const { shadowRoot } = document.querySelector("[data-parley-overlay]");
  const markers = [...shadowRoot.querySelectorAll(".marker:not(.add)")];
  return [...document.querySelectorAll("article p")].map((p, at) => {
    const made = markers.find((one) => one.textContent === String(at + 1));
    const line = p.getClientRects()[0];
    const own = p.getBoundingClientRect();
    const middle = line.top + 12;
    const hit = document.elementFromPoint((line.left + line.right) / 2, middle);
    const box = made && !made.hidden && made.getBoundingClientRect();
    return {
      top: line.top, bottom: own.bottom, seen: hit === p && middle > 30 && middle < innerHeight - 30,
      marker: box ? { x: box.x, y: box.y, width: box.width, height: box.height } : null,
    };
  });
}"""
# What the script adds, with the shadows.
BOXES = """() => {
  const { shadowRoot } = document.querySelector("[data-parley-overlay]");
  const boxes = [...shadowRoot.querySelectorAll("button:not([hidden])")].map((one) => one.getBoundingClientRect());
  return boxes.map(({ left, top, right, bottom }) => [left - 24, top - 24, right + 24, bottom + 24]);
}"""
SETTLED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))))"


def described() -> str:
    passages: list[dict[str, Any]] = []
    for number, text in enumerate(PARAGRAPHS):
        found = fingerprint(text)
        known = {"lineage": number + 1, "hash": found.hash, "start": found.start, "end": found.end}
        passages.append(known | {"count": number + 1, "label": f"{number + 1} comments"})
    words = dict.fromkeys(("title", "open", "respond", "quote", "close"), "Discuss")
    return json.dumps({"panel": f"{FORUM}/embed/t/1", "link": "", "count": 78, "passages": passages, "words": words})


class Article:
    """The page of a publisher with a stylesheet, without a server."""

    def __init__(self, page: Page, style: str) -> None:
        self.page, self.has_script = page, True
        text = "\n".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
        html = HTML.format(url=f"{PUBLISHER}/", forum=FORUM, text=text)
        self.answers = {
            f"{PUBLISHER}/": ("text/html", html),
            f"{PUBLISHER}/style.css": ("text/css", style),
            f"{FORUM}/embed/v1.js": ("text/javascript", assets()["embed-v1.js"].data.decode()),
            f"{FORUM}/embed/v1/page": ("application/json", described()),
        }

    async def answer(self, route: Route) -> None:
        kind, body = self.answers.get(route.request.url.partition("?")[0], ("text/plain", None))
        if body is None or (kind == "text/javascript" and not self.has_script):
            await route.abort()
        else:
            headers = {"Access-Control-Allow-Origin": "*"}
            await route.fulfill(content_type=f"{kind}; charset=utf-8", body=body, headers=headers)

    async def load(self, *, with_script: bool = True) -> None:
        self.has_script = with_script
        await self.page.goto(f"{PUBLISHER}/")
        if with_script:
            await self.page.locator(".marker:not(.add)").first.wait_for(state="attached")
        await self.page.evaluate(SETTLED)

    async def picture(self) -> Image.Image:
        return Image.open(BytesIO(await self.page.screenshot(animations="disabled"))).convert("RGB")


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    yield await context.new_page()
    await context.close()


async def article_of(page: Page, style: str) -> Article:
    article = Article(page, style)
    await page.route("**/*", article.answer)
    return article


def misplaced(places: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the markers."""
    found = []
    for number, place in enumerate(places, 1):
        marker = place["marker"]
        if marker is None:
            found += [f"{number} has none"] if place["seen"] else []
            continue
        middle = marker["y"] + marker["height"] / 2
        nearest = min(places, key=lambda one: max(one["top"] - middle, middle - one["bottom"], 0.0))
        if nearest is not place or not place["top"] - 8 <= middle <= place["bottom"] + 24:
            found.append(f"{number} is at {middle}, its passage from {place['top']} to {place['bottom']}")
        if not 18 <= marker["height"] <= 40:
            found.append(f"{number} is {marker['height']} high")
    return found


async def check(page: Page, style: str) -> None:
    article = await article_of(page, style)
    await article.load(with_script=False)
    before = await article.picture()
    await article.load()
    after, boxes = await article.picture(), await page.evaluate(BOXES)
    for picture in (before, after):
        for box in boxes:
            ImageDraw.Draw(picture).rectangle(box, fill="black")
    assert ImageChops.difference(before, after).getbbox() is None, "the page looks otherwise"

    seen = 0
    for _ in range(4):
        places = await page.evaluate(PLACES)
        assert misplaced(places) == []
        seen += sum(place["seen"] for place in places)
        await page.mouse.move(640, 600)
        await page.mouse.wheel(0, 333)
        await page.evaluate(SETTLED)
    assert seen


@pytest.mark.parametrize("layout", LAYOUTS)
async def test_markers_stand_beside_their_passages_while_the_page_scrolls(page: Page, layout: str) -> None:
    await check(page, f"{LAYOUTS[layout]} {COLUMN}")


@pytest.mark.parametrize("gap", [0, 16])
async def test_on_a_phone_a_marker_stands_at_the_end_of_its_passage(page: Page, gap: int) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await check(page, f"p {{ margin: {gap}px 0 }}")


async def test_a_marker_does_not_lie_over_a_header_that_stays(page: Page) -> None:
    article = await article_of(page, f"{LAYOUTS['a sticky header']} {COLUMN}")
    await article.load()
    for _ in range(6):
        await page.mouse.move(640, 600)
        await page.mouse.wheel(0, 60)
        await page.evaluate(SETTLED)
        tops = [place["marker"]["y"] for place in await page.evaluate(PLACES) if place["marker"]]
        assert [top for top in tops if 0 <= top < 68] == []


def themes() -> list[str]:
    return sorted(path.stem for path in THEMES.glob("*.css"))


@pytest.mark.skipif(len(themes()) < FEWEST_THEMES, reason="the themes are not here: `bin/themes` fetches them")
@pytest.mark.parametrize("theme", themes() or ["none"])
async def test_markers_stand_beside_their_passages_in_real_themes(page: Page, theme: str) -> None:
    await check(page, (THEMES / f"{theme}.css").read_text())
