"""A site of one thread that lives in the browser's network layer: no server, every answer chosen by the test."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from playwright.async_api import Page, Route

from parley.platform.http.assets import assets
from tests.frontend.rows import thread_page

ORIGIN = "http://parley.test"
# The policy of the real pages (platform/http/security_headers.py); a script that breaks it fails its test.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types htmx"
)
# After each stream. A browser that is told nothing waits for three seconds.
RETRY_MS = 100
Answer = Callable[[Route], Awaitable[None]]


class Stage:
    """One page of the site. `answers` maps "METHOD /path" to what happens then; `messages` is the stream so far."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.html = thread_page()
        self.answers: dict[str, Answer] = {}
        self.messages: list[str] = []
        self.sent: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self.streams_to_refuse = 0
        self.connections = 0
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if "Content Security" in said.text else None)

    async def open(self, path: str = "/t/1/wager") -> None:
        await self.page.route(f"{ORIGIN}/**", self._answer)
        await self.page.goto(ORIGIN + path)

    async def _answer(self, route: Route) -> None:
        request = route.request
        path = urlsplit(request.url).path
        key = f"{request.method} {path}"
        if request.method == "POST":
            self.sent.append((path, request.post_data or ""))
        if key in self.answers:
            await self.answers[key](route)
        elif path.startswith("/static/"):
            await self._static(route, path)
        elif path.endswith("/live"):
            await self._stream(route)
        elif request.method == "POST":
            await route.fulfill(status=204)
        else:
            headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
            html = discussion_of(self.html) if "hx-request" in request.headers else self.html
            await route.fulfill(body=html, headers=headers)

    async def _static(self, route: Route, path: str) -> None:
        asset = next(one for one in assets().values() if one.address == path)
        await route.fulfill(body=asset.data, content_type=asset.mime)

    async def _stream(self, route: Route) -> None:
        """All messages so far, as a stream that then breaks: the browser comes back for more."""
        self.connections += 1
        if self.connections <= self.streams_to_refuse:
            await route.abort()
            return
        lines = [f"data: {line}" for html in self.messages for line in [*html.splitlines(), ""]]
        body = f"retry: {RETRY_MS}\n\n" + "\n".join(line if line != "data: " else "" for line in lines) + "\n\n"
        self.messages.clear()
        await route.fulfill(body=body, content_type="text/event-stream")

    def send(self, html: str) -> None:
        """Let `html` arrive on the stream when the page next comes for it."""
        self.messages.append(html)


def discussion_of(page: str) -> str:
    """The part of a thread's page that htmx is given."""
    return page[page.index('<section class="talk"') : page.rindex("</section>") + len("</section>")]


def html_answer(html: str, status: int = 200) -> Answer:
    async def answer(route: Route) -> None:
        await route.fulfill(status=status, body=html, content_type="text/html; charset=utf-8")

    return answer
