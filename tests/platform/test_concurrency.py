"""What takes long is done for several networks at once, and once at a time for each."""

import asyncio
import time
from collections.abc import Callable

import pytest

from parley.platform.concurrency import FairSemaphore, asking_source, in_thread
from parley.platform.networks import source

pytestmark = pytest.mark.anyio


class Work:
    """Counts how many run at once."""

    def __init__(self) -> None:
        self.running = self.most = 0

    def compute(self) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        time.sleep(0.05)
        self.running -= 1


def ask(address: str | None, compute: Callable[[], None]) -> asyncio.Task[None]:
    async def of_source() -> None:
        asking_source.set(source(address) if address else None)
        await in_thread(compute)

    return asyncio.create_task(of_source())


async def test_two_threads_compute_at_once() -> None:
    """Six comparisons of long articles (`GET /t/1/revisions?from=1&to=2`) made every page take a second."""
    work = Work()

    await asyncio.gather(*[ask(f"192.0.{number}.1", work.compute) for number in range(6)])
    assert work.most == 2
    await asyncio.gather(*[ask(None, work.compute) for _ in range(6)])
    assert work.most == 2


async def test_one_thread_computes_for_a_network_and_the_other_is_free() -> None:
    of_one, of_another = Work(), Work()
    tasks = [ask("192.0.2.1", of_one.compute) for _ in range(5)]
    await asyncio.sleep(0)

    await ask("198.51.100.1", of_another.compute)

    assert of_one.most == 1
    assert sum(task.done() for task in tasks) <= 2
    await asyncio.gather(*tasks)


async def test_whoever_gives_up_frees_their_place() -> None:
    places = FairSemaphore(1)
    asking_source.set(source("192.0.2.1"))
    async with places.hold():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), places.hold():
                pass
    async with asyncio.timeout(1), places.hold():
        pass
