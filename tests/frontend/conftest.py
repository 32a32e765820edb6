"""Chromium, and a stage in it for every test."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.chromium import PATIENCE_MS, browser
from tests.frontend.stage import Stage

__all__ = ["browser"]


@pytest.fixture
async def stage(browser: Browser) -> AsyncIterator[Stage]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    made = Stage(await context.new_page())
    yield made
    await context.close()
    assert made.faults == []
