"""A forum of real processes for the live tests; this process writes into it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests import make
from tests.interfaces.live.forum import Forum, Web, writing
from tests.interfaces.live.forum import forum as forum_of


@pytest.fixture(scope="session")
def live_forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    with forum_of(tmp_path_factory.mktemp("live") / "data") as one:
        yield one


@pytest.fixture(scope="session")
def web(live_forum: Forum) -> Web:
    """A web process as it is deployed."""
    return live_forum.web()


@pytest.fixture(scope="session")
def quick(live_forum: Forum) -> Web:
    """A web process with short intervals and low limits, so that tests need not wait or open hundreds of streams."""
    return live_forum.web("poll_interval=0.3", "heartbeat_interval=0.2", "send_timeout=1", "streams_per_host=2")


@pytest.fixture(scope="session")
def nudged(live_forum: Forum) -> Web:
    """A web process that receives signals and does not poll."""
    return live_forum.web("poll_interval=600")


@pytest.fixture(scope="session")
def unlimited(live_forum: Forum) -> Web:
    """A web process without limits."""
    return live_forum.web("poll_interval=0.3", "streams_per_host=1", "streams_per_session=1", PARLEY_LIMITS="off")


@pytest.fixture
async def thread(forum: Forum) -> int:
    return await make.thread()


@pytest.fixture
async def forum(live_forum: Forum) -> AsyncIterator[Forum]:
    """The forum, into which this process writes too."""
    async with writing(live_forum):
        yield live_forum
