"""What a browser makes of a thread of 1,000 comments: its first view on a slow device and a slow line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright

from bench.chromium import FLAGS, chromium
from bench.harness import ROUNDS, Harness, web
from bench.report import Figure

OBSERVER = Path(__file__).with_suffix(".js")
# Four times slower than this machine; 1.6 Mbit/s down and half of it up, 150 ms until an answer begins.
SLOWDOWN = 4
LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 100_000}
SCREENS: dict[str, Any] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True},
    "desktop": {"viewport": {"width": 1440, "height": 900}},
}
LONG_MS = 50
# Until what is out of sight has its layout too.
QUIET_MS = 4_000


class Seen(msgspec.Struct):
    """One view: milliseconds after it was asked for, how far things moved, and what went over the line."""

    painted: float
    largest: float
    moved: float
    tasks: list[tuple[float, float]]
    sent: dict[str, int] = {}
    requests: int = 0

    @property
    def blocked(self) -> float:
        """What tasks of more than 50 ms took beyond them, from the first paint on."""
        return sum(max(0, end - max(begun, self.painted) - LONG_MS) for begun, end in self.tasks)


async def measure(harness: Harness) -> list[Figure]:
    path = chromium()
    if path is None:
        return []
    async with web() as running, _opened(path) as browser:
        address = f"http://127.0.0.1:{running.port}/t/{harness.community.read}/thread"
        views = {screen: [await _view(browser, address, screen) for _ in range(ROUNDS)] for screen in SCREENS}
    return [figure for screen, seen in views.items() for figure in _figures(screen, seen)]


@asynccontextmanager
async def _opened(path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


async def _view(browser: Browser, address: str, screen: str) -> Seen:
    """Open `address` as somebody who was never there, and wait until nothing happens any more."""
    context = await browser.new_context(**SCREENS[screen])
    page = await context.new_page()
    asked: list[Request] = []
    done: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 it refuses built-ins
    page.on("requestfinished", lambda request: done.append(request))  # noqa: PLW0108 as above
    await _slow_down(context, page)
    await page.goto(address, wait_until="load")
    await page.wait_for_timeout(QUIET_MS)
    seen = msgspec.convert(await page.evaluate("seen"), Seen)
    for one in done:
        sizes = await one.sizes()
        size = sizes["responseHeadersSize"] + sizes["responseBodySize"]
        seen.sent[one.resource_type] = seen.sent.get(one.resource_type, 0) + size
    seen.requests = len(asked)
    await context.close()
    return seen


async def _slow_down(context: BrowserContext, page: Page) -> None:
    await page.add_init_script(path=OBSERVER)
    tools = await context.new_cdp_session(page)
    await tools.send("Network.enable")
    await tools.send("Network.emulateNetworkConditions", LINE)
    await tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})


def _figures(screen: str, seen: list[Seen]) -> list[Figure]:
    """The bars are a phone's; a desktop is there to be read."""

    def figure(name: str, unit: str, runs: list[float], bar: float | None = None) -> Figure:
        bar = bar if screen == "phone" else None
        return Figure("browser", f"1,000 comments on a slow {screen}: {name}", unit, runs, bar=bar)

    sent = seen[-1].sent
    return [
        figure("first paint", "ms", [one.painted for one in seen]),
        figure("largest paint (LCP)", "ms", [one.largest for one in seen], 900.0),
        figure("blocked (TBT)", "ms", [one.blocked for one in seen], 100.0),
        figure("moved (CLS)", "", [one.moved for one in seen], 0.0),
        figure("requests", "", [one.requests for one in seen]),
        *(figure(kind, "kB", [size / 1_000]) for kind, size in {**sent, "all of it": sum(sent.values())}.items()),
    ]
