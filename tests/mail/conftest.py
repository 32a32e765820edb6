"""A mail server of the tests, settings for one test, and a list of letters."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd import smtp

from mail.sink import Club, Sink, Use
from parley.core.mail import MailList, lists
from parley.core.settings import settings


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Change settings for one test."""

    def change(**changes: Any) -> None:
        changed = msgspec.structs.replace(settings(), **changes)
        for name, module in list(sys.modules.items()):
            if name.startswith("parley.core.mail.") and hasattr(module, "settings"):
                monkeypatch.setattr(module, "settings", lambda: changed)

    return change


@pytest.fixture
async def sink(use: Use) -> AsyncIterator[Sink]:
    sink = Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: smtp.SMTP(sink, hostname="localhost"), "127.0.0.1", 0)
    use(smtp_url=f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    yield sink
    server.close()
    await server.wait_closed()


@pytest.fixture
def files(use: Use, tmp_path: Path) -> Path:
    use(smtp_url=None, data=tmp_path)
    return tmp_path / "mail"


@pytest.fixture
def club() -> Iterator[Club]:
    club = Club()
    lists["digest"] = MailList(
        name="digest",
        title="the digest",
        wanted=club.wanted,
        stop=club.stop,
        start=club.start,
        review=club.review,
        settled=club.settled,
        about=club.about,
    )
    yield club
    del lists["digest"]
