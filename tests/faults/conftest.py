"""A forum of its own for the tests that break it, and two web processes on it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests import make
from tests.interfaces.live.forum import Forum, Web, writing
from tests.interfaces.live.forum import forum as forum_of


@pytest.fixture(scope="session")
def broken_forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    """Durable, as a real one: what is acknowledged must survive."""
    with forum_of(tmp_path_factory.mktemp("faults") / "data", fast=False) as one:
        yield one


@pytest.fixture(scope="session")
def webs(broken_forum: Forum) -> list[Web]:
    return [broken_forum.web(PARLEY_LIMITS="off") for _ in range(2)]


@pytest.fixture
async def forum(broken_forum: Forum) -> AsyncIterator[Forum]:
    async with writing(broken_forum):
        yield broken_forum


@pytest.fixture
async def thread(forum: Forum) -> int:
    return await make.thread()
