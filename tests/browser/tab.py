"""A tab of Chromium on the site: it notes whatever goes wrong in it, and how far the layout shifted."""

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, Dialog, Locator, Page, Request

# A line as wide as the page that moves by one pixel has a score of .00005. Some versions of Chromium report a few such
# lines at once, without a source.
ONE_PIXEL = 0.0005
WATCH = """
window.shifts = [];
const counts = one => !one.hadRecentInput && one.value > onePixel;
new PerformanceObserver(list => list.getEntries().filter(counts).forEach(one =>
  window.shifts.push([one.value, ...one.sources.map(source => source.node?.id || source.node?.className || "?")])))
  .observe({ type: "layout-shift", buffered: true });
""".replace("onePixel", str(ONE_PIXEL))
POLICY = re.compile("Content Security Policy|Trusted ?(Types|HTML|Script)")


@dataclass
class Tab:
    """`faults` must be empty at the end: script errors, broken policies, dialogs, requests to elsewhere."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    async def watch(self) -> None:
        page = self.page
        await page.add_init_script(WATCH)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self.faults.append(said.text) if POLICY.search(said.text) else None)
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    async def _dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"{self.page.url}: a dialog said {dialog.message}")
        await dialog.dismiss()

    def _request(self, request: Request) -> None:
        self.requests.append(request)
        if not request.url.startswith((self.address, "data:")):
            self.faults.append(f"{self.page.url}: asked for {request.url}")

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    async def open(self, path: str) -> None:
        await self.page.goto(self.address + path)

    async def open_thread(self, thread: int) -> None:
        """Open a thread and wait until its stream is."""
        async with self.page.expect_response(lambda answer: "/live" in answer.url and answer.ok):
            await self.open(f"/t/{thread}/x")

    async def post(self, path: str, **form: str) -> str:
        """Send a form as this tab's member would, past the page. Returns where the answer leads."""
        answer = await self.context.request.post(self.address + path, form=form, max_redirects=0)
        assert answer.status == 303, f"{path}: {answer.status} {await answer.text()}"
        return answer.headers["location"]

    async def comment(self, thread: int, body: str, parent: int | None = None) -> int:
        """Post a comment past the page; return its number."""
        place = await self.post(f"/t/{thread}/comments", body=body, parent=str(parent or ""))
        return int(place.rpartition("#c")[2])

    async def fonts_shown(self) -> None:
        """Wait until the page is drawn with its font, which may break a line one word earlier (test_arriving.py)."""
        await self.page.evaluate("document.fonts.ready")
        await self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    async def shifts(self) -> list[Any]:
        """What moved without the reader's doing, and how far."""
        found: list[Any] = await self.page.evaluate("window.shifts")
        return found

    def main(self) -> Locator:
        return self.page.locator("main")
