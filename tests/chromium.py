"""One Chromium a process, without the parts of its own interface that nobody sees here."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
# Each window prepares the pop-ups of its address bar, and a process for the page after the next: half of all that a
# short test costs.
UNUSED = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "PreloadTopChromeWebUI"]
UNUSED += ["SpareRendererForSitePerProcess"]
# What Playwright switches off, since only the last list counts.
UNUSED += ["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "LensOverlay"]
UNUSED += ["HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning"]
UNUSED += ["AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "AimEnabled", "PreconnectToSearch"]
# On a machine with much else to do.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


def chromium_path() -> str | None:
    """The program, where it is named or installed; None for the one that Playwright brings."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=chromium_path(), args=[*FLAGS, f"--disable-features={','.join(UNUSED)}"]
        )
        yield running
        await running.close()
