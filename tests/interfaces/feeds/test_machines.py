"""What machines may do: everything says the same, with either setting, and passes on what the source reserves."""

from collections.abc import AsyncIterator

import httpx
import pytest

from parley.articles.articles.display import note_reservations
from parley.interfaces.feeds.machines import TRAINERS
from parley.interfaces.inbound_feeds.parsing import may_fetch
from parley.platform import db
from parley.platform.settings import settings
from parley.site.app import create_app
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]


@pytest.fixture(params=["on", "off"])
async def site(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("PARLEY_TRAINING", request.param)
    settings.cache_clear()
    async with make.browser(create_app(settings())) as client:
        yield client
    monkeypatch.undo()
    settings.cache_clear()


async def test_all_say_the_same_about_training(site: httpx.AsyncClient) -> None:
    thread = await make.thread()
    paths = (
        "/robots.txt",
        "/llms.txt",
        await make.address(thread),
        f"/t/{thread}/export.md",
        f"/api/v1/threads/{thread}",
    )
    robots, llms, page, file, api = answers = [await site.get(path) for path in paths]

    said = {
        "signal": "Content-Signal: search=yes, ai-train=no\n" in robots.text,
        "crawlers": all(f"User-agent: {name}\n" in robots.text for name in TRAINERS),
        "words": "No model may be trained on this site." in llms.text,
        "headers": all(one.headers.get("tdm-reservation") == "1" for one in answers),
        "robots of the page": '<meta name="robots" content="noai">' in page.text,
        "mining of the page": '<meta name="tdm-reservation" content="1">' in page.text,
        "robots of the download": file.headers["x-robots-tag"] == "noindex, noai",
        "API": api.json()["article"]["reservations"] == ["noai", "tdm-reservation"],
    }
    assert said == dict.fromkeys(said, not settings().training)
    if settings().training:
        silent = "".join(one.text for one in answers[:3])
        assert "ai-train" not in silent and 'noai"' not in silent
        assert not any("tdm-reservation" in one.headers for one in answers)


async def test_robots_read_the_file_as_it_is_meant(site: httpx.AsyncClient) -> None:
    robots = (await site.get("/robots.txt")).text

    assert may_fetch(robots, "http://localhost/t/1/a") and not may_fetch(robots, "http://localhost/search?q=a")
    assert ("Disallow: /\n" in robots) is not settings().training
    assert robots.endswith("\n\nSitemap: http://localhost/sitemap.xml\n")


async def test_what_the_source_reserves_is_passed_on_with_either_setting(site: httpx.AsyncClient) -> None:
    thread = await make.thread(make.text(url="https://paper.example/a"))
    reserved = ["noai", "noimageai", "tdm-reservation"]
    await note_reservations(await db.value("select article from thread where id = $1", thread), reserved)

    page, file = await site.get(await make.address(thread)), await site.get(f"/t/{thread}/export.md")
    api = (await site.get(f"/api/v1/threads/{thread}")).json()

    for meta in ('name="robots" content="noai"', 'name="robots" content="noimageai"', 'name="tdm-reservation"'):
        assert page.text.count(f"<meta {meta}") == 1
    assert (file.headers["tdm-reservation"], file.headers["x-robots-tag"]) == ("1", "noindex, noai, noimageai")
    assert api["article"]["reservations"] == reserved
    assert "keep what their pages reserve" in (await site.get("/llms.txt")).text
