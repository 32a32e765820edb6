"""What stands at one address, for other parts of Parley."""

from ipaddress import ip_network

import msgspec
import pytest

from parley.extraction.fetching import fetch
from parley.platform.errors import Busy
from parley.platform.settings import settings
from tests.extraction.site_of_tests import Site

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = msgspec.structs.replace(settings(), fetch_allow=(ip_network("127.0.0.0/8"),))
    monkeypatch.setattr(fetch, "settings", lambda: changed)


async def test_the_body_comes_as_it_is(site: Site) -> None:
    url = site.page("/a.pem", b"-----BEGIN", "Content-Type: binary/octet-stream")
    assert await fetch.fetch_body(url) == b"-----BEGIN"


async def test_a_redirect_elsewhere_is_not_used(site: Site) -> None:
    site.page("/b.pem", b"-----BEGIN", "Content-Type: text/plain")
    with pytest.raises(Busy, match="redirects to another address"):
        await fetch.fetch_body(site.redirect("/a.pem", "/b.pem"))


async def test_what_cannot_be_fetched_comes_later(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Busy, match="cannot be fetched"):
        await fetch.fetch_body(site.page("/none.pem", b"no", status="404 Not Found"))
    monkeypatch.undo()
    with pytest.raises(Busy, match="cannot be fetched"):
        await fetch.fetch_body(site.page("/a.pem", b"x", "Content-Type: text/plain"))
