"""Pages as the recipes make them, those that change, and those with several articles show the right discussion."""

import json
import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, expect

from parley.platform.http.assets import assets
from tests.browser.test_embed_layouts import FORUM, PARAGRAPHS, described
from tests.programs import installed
from tests.project.test_documents import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

NEWS = "https://news.example"
TEXT = "\n".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
SCRIPT = f'<script async src="{FORUM}/embed/v1.js" data-site="news"></script>'
LAYOUT = """<!doctype html><html lang="en"><head><title>{{ .Title }}</title>
<link rel="canonical" href="{{ .Permalink }}"></head><body><main>%s</main></body></html>"""
APP = """
import { createRoot } from "react-dom/client";
import { useState } from "react";
import { Discussion } from "./discussion.jsx";

function App() {
  const [name, show] = useState("first");
  const url = `https://news.example/${name}`;
  return <main><button onClick={() => show("second")}>Next</button>
    <article data-parley-url={url} dangerouslySetInnerHTML={{ __html: window.articles[name] }} />
    <Discussion url={url} /></main>;
}
createRoot(document.body.appendChild(document.createElement("div"))).render(<App />);
"""


def recipe(heading: str, kind: str) -> list[str]:
    """The blocks of code of this kind below a heading of docs/recipes.md."""
    part = (ROOT / "docs" / "recipes.md").read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"^```{kind}\n(.*?)^```$", part, re.MULTILINE | re.DOTALL)


def html(body: str, head: str = "") -> str:
    return f'<!doctype html><html lang="en"><head><title>A page</title>{head}</head><body>{body}</body></html>'


def canonical(path: str) -> str:
    return f'<link rel="canonical" href="{NEWS}{path}">'


class Web:
    """The publisher's site by paths, and what the forum was asked about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pages: dict[str, str] = {}
        self.asked: list[str] = []

    async def answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        addresses = parse_qs(url.query).get("url", [])
        headers = {"Access-Control-Allow-Origin": "*"}
        if url.path == "/embed/v1.js":
            await route.fulfill(content_type="text/javascript", body=assets()["embed-v1.js"].data.decode())
        elif url.path == "/embed/v1/page":
            self.asked += addresses
            await route.fulfill(content_type="application/json", body=described(), headers=headers)
        elif url.path == "/embed/v1/counts":
            await route.fulfill(
                content_type="application/json", body=json.dumps(dict.fromkeys(addresses, 7)), headers=headers
            )
        elif f"{url.scheme}://{url.netloc}" == NEWS and url.path in self.pages:
            await route.fulfill(content_type="text/html; charset=utf-8", body=self.pages[url.path])
        else:
            await route.abort()

    async def open(self, path: str, body: str | None = None) -> None:
        if body is not None:
            self.pages[path] = body
        await self.page.goto(NEWS + path)

    async def has_markers(self) -> None:
        await expect(self.page.locator(".marker:not(.add)").first).to_be_attached()


@pytest.fixture
async def web(browser: Browser) -> AsyncIterator[Web]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    made = Web(await context.new_page())
    await made.page.route("**/*", made.answer)
    yield made
    await context.close()


async def test_hugo_builds_pages_with_discussions_and_lists_with_numbers(web: Web, tmp_path: Path) -> None:
    hugo = installed("hugo", "hugo")
    settings, (discussion, numbers) = recipe("Hugo", "toml")[0], recipe("Hugo", "html")
    single = '<article>{{ .Content }}</article>{{ partial "parley.html" . }}'
    files = {
        "hugo.toml": f'baseURL = "{NEWS}/"\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n{settings}',
        "layouts/partials/parley.html": discussion,
        "layouts/_default/single.html": LAYOUT % single,
        "layouts/_default/list.html": LAYOUT % numbers,
        "content/story.md": "---\ntitle: A story\n---\n" + "\n\n".join(PARAGRAPHS),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    subprocess.run([hugo, "--source", tmp_path, "--quiet"], check=True)

    await web.open("/story/", (tmp_path / "public/story/index.html").read_text())
    await web.has_markers()
    assert web.asked == [f"{NEWS}/story/"]
    link = web.page.locator("a[data-parley]")
    assert parse_qs(urlsplit(str(await link.get_attribute("href"))).query) == {"url": [f"{NEWS}/story/"]}
    await web.open("/", (tmp_path / "public/index.html").read_text())
    await expect(web.page.locator("parley-count")).to_have_text("7")


async def test_a_page_of_ghost_shows_the_discussion(web: Web) -> None:
    (snippet,) = recipe("Ghost", "html")
    text = f'<article class="gh-article post"><section class="gh-content gh-canvas">{TEXT}</section></article>{snippet}'
    await web.open("/story/", html(f'<main class="gh-main">{text}</main>', canonical("/story/")))
    await web.has_markers()


async def test_a_react_app_shows_the_discussion_of_each_article(web: Web, tmp_path: Path) -> None:
    (tmp_path / "discussion.jsx").write_text(recipe("React", "jsx")[0])
    (tmp_path / "app.jsx").write_text(APP)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    build = ["npx", "--no-install", "esbuild", "app.jsx", "--bundle", "--jsx=automatic", "--outfile=app.js"]
    subprocess.run([ROOT / "bin" / "node-tool", *build], cwd=tmp_path, check=True, capture_output=True)
    articles = json.dumps({"first": "<p>Few words.</p>", "second": TEXT})

    await web.open(
        "/app", html(f"<script>articles = {articles}</script><script>{(tmp_path / 'app.js').read_text()}</script>")
    )
    await expect(web.page.locator("button.open")).to_be_visible()
    await web.page.get_by_role("button", name="Next").click()
    await web.has_markers()
    assert web.asked == [f"{NEWS}/first", f"{NEWS}/second"]


async def test_a_page_that_gets_its_article_later_is_looked_at_again(web: Web) -> None:
    await web.open("/later", html(f"<div id=here></div>{SCRIPT}", canonical("/later")))
    await web.page.wait_for_function("window.Parley")
    assert web.asked == []
    await web.page.evaluate(
        "(text) => { document.querySelector('#here').innerHTML = text }", f"<article>{TEXT}</article>"
    )
    await web.page.evaluate("Parley.reload()")
    await web.has_markers()
    await web.page.evaluate("Parley.reload()")
    assert web.asked == [f"{NEWS}/later"]


async def test_of_several_articles_the_one_that_is_read_has_the_markers(web: Web) -> None:
    both = "".join(f'<article data-parley-url="/{name}"><h2>{name}</h2>{TEXT}</article>' for name in ("one", "two"))
    await web.open("/several", html(f"<main>{both}</main>{SCRIPT}"))
    await web.has_markers()
    await web.page.locator("h2", has_text="two").scroll_into_view_if_needed()
    await web.page.wait_for_timeout(1_000)
    assert web.asked == [f"{NEWS}/one", f"{NEWS}/two"]

    await web.page.locator("button.open").click()
    await web.page.evaluate("scrollTo(0, 0)")
    await web.page.wait_for_timeout(1_000)
    assert web.asked == [f"{NEWS}/one", f"{NEWS}/two"]
    # The frame has the focus, and no forum to hand the key on.
    await web.page.evaluate("dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))")
    await web.page.evaluate("scrollBy(0, 1)")
    await web.page.wait_for_timeout(1_000)
    assert web.asked[-1] == f"{NEWS}/one"
