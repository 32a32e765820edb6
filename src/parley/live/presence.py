"""How many are reading each thread, over all processes. Redis carries it; without Redis each process knows its own."""

import secrets
from time import time

import structlog
from redis.exceptions import RedisError

from parley.core.events.redis import asking

log = structlog.get_logger(__name__)

FORGOTTEN_SECONDS = 15
# Threads that are told of at once. For two thousand Redis and we need longer than Redis is given for one answer.
AT_ONCE = 200


class Presence:
    def __init__(self) -> None:
        self._process = secrets.token_hex(4)

    async def exchange(self, counts: dict[int, int]) -> dict[int, int]:
        """Tell the others how many read here, and return the sums over all processes heard from lately."""
        threads, sums = list(counts), dict(counts)
        try:
            for start in range(0, len(threads), AT_ONCE):
                sums |= await self._sums({thread: counts[thread] for thread in threads[start : start + AT_ONCE]})
        except (RedisError, OSError, TimeoutError) as error:
            log.info("readers counted here only", error=repr(error))
        return sums

    async def _sums(self, counts: dict[int, int]) -> dict[int, int]:
        async with asking() as client:
            pipe = client.pipeline(transaction=False)
            for thread, count in counts.items():
                key = f"readers:{thread}"
                pipe.hset(key, self._process, f"{count}:{int(time())}")
                pipe.expire(key, 4 * FORGOTTEN_SECONDS)
                pipe.hvals(key)
            answers = await pipe.execute()
        return {thread: _sum(answers[3 * place + 2]) for place, thread in enumerate(counts)}


def _sum(values: list[bytes]) -> int:
    told = (value.decode().partition(":") for value in values)
    return sum(int(count) for count, _, at in told if time() - int(at) < FORGOTTEN_SECONDS)
