"""A mail server of the tests, settings for one test, and a list of letters."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from parley.people.mail import MailList, lists
from tests.people.mail.sink import Club, Sink, Use, listening, use_settings


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Change settings for one test."""
    return partial(use_settings, monkeypatch)


@pytest.fixture
async def sink(use: Use) -> AsyncIterator[Sink]:
    sink = Sink()
    async with listening(sink) as sink.url:
        use(smtp_url=sink.url)
        yield sink


@pytest.fixture
def files(use: Use, tmp_path: Path) -> Path:
    use(smtp_url=None, data=tmp_path)
    return tmp_path / "mail"


@pytest.fixture
def club(monkeypatch: pytest.MonkeyPatch) -> Club:
    club = Club()
    monkeypatch.setitem(
        lists,
        "digest",
        MailList(
            name="digest",
            title="the digest",
            wanted=club.wanted,
            stop=club.stop,
            start=club.start,
            review=club.review,
            settled=club.settled,
            about=club.about,
        ),
    )
    return club
