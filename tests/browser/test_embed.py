"""A publisher's page on another site, in a Chromium that blocks third-party cookies."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright, expect

from browser.site import Site
from chromium import FLAGS, PATIENCE_MS
from parley.cli.publisher import serve
from parley.demo import PASSWORD
from ports import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

BLOCKS = "--test-third-party-cookie-phaseout"
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
})"""
TEXT = "() => document.querySelector('article').outerHTML"


@pytest.fixture
def publisher(site: Site) -> Iterator[str]:
    """The demo's publisher, on a host of its own."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "parley", "demo", "--publisher", origin]
    subprocess.run(command, env=os.environ | dict(site.settings), check=True, capture_output=True)
    page = Path(site.settings["PARLEY_DATA"]) / "publisher.html"
    server = serve(page, port, site.address)
    yield origin
    server.shutdown()
    server.server_close()


@pytest.fixture
async def blocking() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=[*FLAGS, BLOCKS])
        yield started
        await started.close()


async def opened(page: Page, origin: str) -> None:
    await page.goto(f"{origin}/")
    await page.locator("button.open").click()


async def test_a_reader_signs_in_and_comments_where_third_party_cookies_are_blocked(
    site: Site, publisher: str, blocking: Browser
) -> None:
    context = await blocking.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    control = {"name": "control", "value": "1", "domain": "localhost", "path": "/", "secure": True, "sameSite": "None"}
    await context.add_cookies([control])  # type: ignore[list-item]
    page = await context.new_page()
    framed: list[Request] = []
    page.on("request", lambda one: framed.append(one) if "/embed/t/" in one.url else None)
    complaints: list[str] = []
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)

    await page.goto(f"{publisher}/")
    before = await page.evaluate(TEXT)
    await expect(page.locator(".marker").first).to_be_visible()
    assert await page.evaluate("CSS.highlights.get('parley-quoted').size") > 0
    await page.locator("button.open").click()
    frame = page.frame_locator("iframe")
    await expect(frame.locator(".comment").first).to_be_visible()
    async with page.expect_popup() as opens:
        await frame.get_by_text("Sign in to respond").click()
    window = await opens.value
    await window.get_by_label("Name or e-mail").fill("ada")
    await window.get_by_label("Password").fill(PASSWORD)
    await window.get_by_role("button", name="Sign in").click()
    async with window.expect_event("close"):
        await window.get_by_role("button", name="Continue").click()

    await expect(frame.locator(".embed-who bdi")).to_have_text("ada")
    await frame.locator("textarea").first.fill("Written at the publisher's.")
    await frame.get_by_role("button", name="Post").click()
    await expect(frame.locator(".comment", has_text="Written at the publisher's.")).to_be_visible()
    assert await page.evaluate(TEXT) == before
    assert await page.evaluate(SHIFTS) == 0
    await page.keyboard.press("Escape")
    await opened(page, publisher)
    await expect(frame.locator(".embed-who bdi")).to_have_text("ada")

    cookies = [(await one.all_headers()).get("cookie", "") for one in framed]
    assert "parley-embed=" in cookies[-1]
    assert not [one for one in cookies if "control=" in one]
    assert not [one for one in complaints if "Security Policy" in one or "Trusted" in one], complaints
    await context.close()
