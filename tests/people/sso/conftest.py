"""A community whose members can sign in at a provider, `corp`, and at a publisher's site, `news`."""

from collections.abc import Iterator

import msgspec
import pytest

from parley.people.sso import discovery
from parley.platform.settings import settings
from tests.people.accounts.conftest import jon, mailed, mira
from tests.people.sso.provider import CLIENT, SECRET, Provider, serving

__all__ = ["jon", "mailed", "mira"]

PUBLISHER = {"name": "The News", "address": "https://news.example/sso?site=1", "secret": "0123456789abcdef"}


@pytest.fixture(scope="session")
def server() -> Iterator[Provider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def trust() -> list[str]:
    """What the provider is trusted with."""
    return []


@pytest.fixture
def corp(server: Provider, trust: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The provider, honest again."""
    key = server.key
    Provider.__init__(server, int(server.issuer.rpartition(":")[2]))
    server.key = key
    own = {"name": "Corp", "issuer": server.issuer, "client": CLIENT, "secret": SECRET, "trust": trust}
    monkeypatch.setenv("PARLEY_PROVIDERS", msgspec.json.encode({"corp": own, "news": PUBLISHER}).decode())
    monkeypatch.setenv("PARLEY_FETCH_ALLOW", "127.0.0.0/8")
    settings.cache_clear()
    discovery._known.clear()
    discovery._failures.clear()
    yield server
    monkeypatch.undo()
    settings.cache_clear()
