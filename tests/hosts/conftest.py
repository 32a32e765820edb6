"""A forum of its own for the tests with proxies, poolers and replicas between its processes."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests import make
from tests.interfaces.live.forum import Forum, writing
from tests.interfaces.live.forum import forum as forum_of


@pytest.fixture(scope="session")
def wide_forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_of(tmp_path_factory.mktemp("hosts") / "data") as one:
        yield one


@pytest.fixture
async def forum(wide_forum: Forum) -> AsyncIterator[Forum]:
    async with writing(wide_forum):
        yield wide_forum


@pytest.fixture
async def thread(forum: Forum) -> int:
    return await make.thread()
