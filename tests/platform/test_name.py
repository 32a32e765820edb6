"""A community has a name of its own wherever its readers see one."""

from collections.abc import Iterator
from email.utils import parseaddr

import httpx
import pytest

from parley.people.mail.writing import written_message
from parley.platform.http.environment import environment
from parley.platform.settings import settings

pytestmark = pytest.mark.anyio

NAME = "Example Débats & Co"


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PARLEY_NAME", NAME)
    settings.cache_clear()
    site = environment().globals["site"]
    monkeypatch.setitem(environment().globals, "site", site | {"name": settings().name})
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def test_pages_have_the_name_of_the_community(client: httpx.AsyncClient, named: None) -> None:
    for path in ("/", "/how", "/log", "/signup"):
        page = (await client.get(path)).text
        assert "Example Débats &amp; Co</a>" in page
        assert "Parley" not in page


async def test_letters_and_feeds_have_it(client: httpx.AsyncClient, named: None) -> None:
    subject, text, html = written_message("reset", name="ada", link="http://localhost/reset/x")
    assert subject == f"Set a new password for {NAME}"
    assert "Parley" not in text + html
    assert parseaddr(settings().mail_from) == (NAME, "parley@localhost")
    feed = (await client.get("/feed.atom")).text
    assert "<title>Example Débats &amp; Co</title>" in feed
