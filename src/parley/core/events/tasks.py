"""Ending tasks that would otherwise run for ever."""

import asyncio
from collections.abc import Collection
from typing import Any

AGAIN_SECONDS = 1.0


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel `tasks` and return when all have ended, however.

    Before Python 3.12 a cancellation that comes in the very step in which `asyncio.wait_for` has its answer is lost, so
    it is sent again to whoever goes on.
    """
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)
