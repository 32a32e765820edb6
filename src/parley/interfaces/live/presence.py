"""Counts the readers of each thread in all processes through Redis. While Redis is down, only those of this process."""

import secrets
from time import time

import structlog
from redis.exceptions import RedisError

from parley.platform.events.redis import asking

log = structlog.get_logger(__name__)

# Counts of a process that has not published for this long are ignored.
COUNT_EXPIRES_SECONDS = 15
# Threads per request to Redis. Two thousand at once would take longer than the time-out of one answer.
BATCH = 200


class Presence:
    """This process's entry in the counts of readers."""

    def __init__(self) -> None:
        self._process = secrets.token_hex(4)

    async def exchange(self, counts: dict[int, int]) -> dict[int, int]:
        """Publish the counts of this process, and return the sums over all processes that published theirs lately."""
        threads, sums = list(counts), dict(counts)
        try:
            for start in range(0, len(threads), BATCH):
                sums |= await self._sums({thread: counts[thread] for thread in threads[start : start + BATCH]})
        except (RedisError, OSError, TimeoutError) as error:
            log.info("readers counted in this process only", error=repr(error))
        return sums

    async def _sums(self, counts: dict[int, int]) -> dict[int, int]:
        async with asking() as client:
            pipe = client.pipeline(transaction=False)
            for thread, count in counts.items():
                key = f"readers:{thread}"
                pipe.hset(key, self._process, f"{count}:{int(time())}")
                pipe.expire(key, 4 * COUNT_EXPIRES_SECONDS)
                pipe.hvals(key)
            answers = await pipe.execute()
        return {thread: _sum(answers[3 * index + 2]) for index, thread in enumerate(counts)}


def _sum(values: list[bytes]) -> int:
    entries = (value.decode().partition(":") for value in values)
    return sum(int(count) for count, _, at in entries if time() - int(at) < COUNT_EXPIRES_SECONDS)
