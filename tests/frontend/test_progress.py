"""The page of an import while the server does not answer."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from parley.platform.http.pages import render
from tests.frontend.rows import rendered
from tests.frontend.stage import Stage

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


def import_page(state: str, block: str | None = None) -> str:
    context = {"state": state, "message": "", "url": "https://review.example/wager", "again": 1, "path": "/new/1"}
    return (
        render("articles/import.html", block, **context).decode()
        if block
        else rendered("articles/import.html", **context)
    )


async def test_the_page_of_an_import_says_when_nobody_answers_and_asks_on_until_somebody_does(stage: Stage) -> None:
    asked: list[str] = []

    async def falter(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            await route.fulfill(status=502, body="<!doctype html><h1>Bad gateway</h1>", content_type="text/html")
        elif len(asked) == 2:
            await route.abort()
        else:
            await route.fulfill(body=import_page("published", "progress"), content_type="text/html; charset=utf-8")

    stage.html = import_page("fetching")
    await stage.page.clock.install()
    await stage.open("/new/1")
    stage.answers["GET /new/1"] = falter
    for times in (1, 2):
        await stage.page.clock.fast_forward(5_000)
        await expect(stage.page.locator("#progress [role=status]")).to_contain_text("keeps trying")
        await expect(stage.page.locator(f"#progress[data-tries='{times}']")).to_be_visible()
    while len(asked) < 3:
        # The page may set its clock a moment after it said so.
        await stage.page.clock.fast_forward(5_000)
        await asyncio.sleep(0.05)
    await expect(stage.page.get_by_role("heading", name="Published")).to_be_visible()
    assert len(asked) == 3
