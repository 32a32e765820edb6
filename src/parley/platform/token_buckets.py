"""Token buckets, in Redis or, while Redis is down, in PostgreSQL.

A bucket holds `most` tokens and is refilled in `seconds`, little by little.

A `shared` bucket first serves those who have used little of their own buckets. Somebody who has used the share `s` of
theirs is refused once only the share `s / 2` of the shared one is left: three eighths, after three quarters of their
own. So nobody can use it up for everybody. (The dynamic threshold of Choudhury and Hahne, 1998.)

From a bucket that is `leased`, a process takes some tokens more than it needs, while there are many, and spends them
without asking Redis (leases.py).
"""

from collections.abc import Sequence
from functools import cache
from time import monotonic
from typing import Any

import msgspec
import structlog
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from parley.platform import db
from parley.platform.concurrency import Batcher
from parley.platform.events.redis import asking, redis
from parley.platform.leases import LEASED_ABOVE, LEASED_ABOVE_OF_SHARED, Leases

log = structlog.get_logger(__name__)

# After a failure Redis is not used for this long, so that a hanging Redis costs one time-out, not one a request.
PAUSE_SECONDS = 5.0

MOST_AT_ONCE = 64

# For each withdrawal in turn, takes tokens from several buckets, or from none if one of them has too few. Answers each
# with the number of that bucket and the milliseconds to wait; or with 0 and, for each bucket, the whole tokens left and
# those leased. ARGV[2] has what leases give back first. Uses the clock of Redis, which all share; a bucket that was
# used more than a minute in its future, before the clock was set back, is full. `used` is the largest share of the
# buckets so far that was used before.
TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function take(buckets)
  local left, leased, used = {}, {}, 0
  for i, bucket in ipairs(buckets) do
    local key, most, seconds, cost, share_kept, lease, leased_above = unpack(bucket)
    local kept_for_others = share_kept * used * most
    local kept = redis.call('HMGET', key, 'tokens', 'at')
    local tokens = most
    if kept[1] and kept[2] - now < 60000 then
      tokens = math.min(most, kept[1] + math.max(0, now - kept[2]) * most / (seconds * 1000))
    end
    if tokens < cost + kept_for_others then
      return {i, math.ceil((cost + kept_for_others - tokens) * seconds * 1000 / most)}
    end
    used = math.max(used, 1 - tokens / most)
    left[i] = tokens - cost
    leased[i] = lease > 0 and left[i] - lease >= leased_above * most and lease or 0
  end
  local answer = {0}
  for i, bucket in ipairs(buckets) do
    redis.call('HSET', bucket[1], 'tokens', tostring(left[i] - leased[i]), 'at', now)
    redis.call('PEXPIRE', bucket[1], bucket[3] * 1000)
    answer[2 * i] = math.floor(left[i])
    answer[2 * i + 1] = leased[i]
  end
  return answer
end

for _, back in ipairs(cmsgpack.unpack(ARGV[2])) do
  local key, most, returned = unpack(back)
  local tokens = redis.call('HGET', key, 'tokens')
  if tokens then
    redis.call('HSET', key, 'tokens', tostring(math.min(most, tokens + returned)))
  end
end

local answers = {}
for i, buckets in ipairs(cmsgpack.unpack(ARGV[1])) do
  answers[i] = take(buckets)
end
return answers
"""

# Returns one token to a bucket, which holds at most ARGV[1].
GIVE_BACK = """
local tokens = redis.call('HGET', KEYS[1], 'tokens')
if tokens then
  redis.call('HSET', KEYS[1], 'tokens', tostring(math.min(tonumber(ARGV[1]), tokens + 1)))
end
return 0
"""
GIVE_BACK_ROW = "update rate_bucket set tokens = least($2::float8, tokens + 1) where key = $1"

# The tokens now in a bucket of $2 that is filled in $3 seconds. As in TAKE, it is full after the clock was set back.
TOKENS_NOW = """
case when bucket.filled_at > clock_timestamp() + interval '1 minute' then $2
     else least($2, bucket.tokens
       + greatest(0, extract(epoch from clock_timestamp() - bucket.filled_at)) * $2 / $3) end
"""
# Returns the tokens left, or no row if there are too few: the cost ($4) and what is kept for others ($5).
TAKE_ROW = f"""
insert into rate_bucket as bucket (key, tokens, filled_at) values ($1, $2::float8 - $4::float8, clock_timestamp())
on conflict (key) do update set
  tokens = {TOKENS_NOW} - $4, filled_at = clock_timestamp()
where {TOKENS_NOW} >= $4 + $5::float8
returning tokens
"""  # noqa: S608 a constant

# The share of a shared bucket that somebody who has used all of their own must leave to others.
SHARE_KEPT = 0.5

_paused_until = 0.0


class Withdrawal(msgspec.Struct, frozen=True):
    """The tokens to take from the bucket `key`, which holds `most` and is refilled in `seconds`."""

    key: str
    most: int
    seconds: int
    cost: int
    is_shared: bool = False
    is_leased: bool = False

    @property
    def share_kept(self) -> float:
        """The share of the bucket that is kept for others, for somebody who has used all of their own."""
        return SHARE_KEPT if self.is_shared else 0.0

    @property
    def leased_above(self) -> float:
        return LEASED_ABOVE_OF_SHARED if self.is_shared else LEASED_ABOVE


class Refusal(msgspec.Struct, frozen=True):
    """The first bucket with too few tokens, counted from 0, and the milliseconds until it has enough."""

    bucket: int
    milliseconds: int


class Buckets:
    """The buckets in Redis, as one process uses them."""

    def __init__(self) -> None:
        self.leases = Leases()
        # In one call Redis takes at most as long as for MOST_AT_ONCE votes, about a millisecond.
        self._withdrawals: Batcher[Sequence[Withdrawal], list[int] | None] = Batcher(MOST_AT_ONCE, self._take_all)

    async def take(self, wanted: Sequence[Withdrawal]) -> list[int] | Refusal | None:
        """Take tokens from several buckets, or from none of them, in one round trip at most.

        Returns the whole tokens left in each bucket; None if Redis does not answer.
        """
        if all(one.is_leased for one in wanted):
            spent = self.leases.spend([(one.key, one.cost) for one in wanted])
            if spent is not None:
                return spent
        answer = await self._withdrawals.ask(wanted)
        if answer is None:
            return None
        short, *numbers = answer
        if short:
            # What this process has leased of that bucket may be enough.
            ended = self.leases.end(wanted[short - 1].key)
            return await self.take(wanted) if ended else Refusal(short - 1, numbers[0])
        for one, left, leased in zip(wanted, numbers[::2], numbers[1::2], strict=True):
            if one.is_leased:
                self.leases.add(one.key, one.most, leased, left - leased, one.leased_above)
        return numbers[::2]

    async def _take_all(self, groups: Sequence[Sequence[Withdrawal]]) -> Sequence[list[int] | None]:
        """Answer several callers of `take` in one round trip, as TAKE does."""
        seen: set[str] = set()
        buckets = [[self._bucket(one, seen) for one in wanted] for wanted in groups]
        args = [msgspec.msgpack.encode(buckets), msgspec.msgpack.encode(self.leases.pop_ended())]
        answers: list[list[int]] | None = await _run(_script(TAKE), [], args)
        return answers or [None] * len(groups)

    def _bucket(self, one: Withdrawal, seen: set[str]) -> tuple[str, int, int, int, float, int, float]:
        lease = self.leases.due(one.key, one.most, one.cost) if one.is_leased and one.key not in seen else 0
        seen.add(one.key)
        return one.key, one.most, one.seconds, one.cost, one.share_kept, lease, one.leased_above


_of_process = Buckets()
take = _of_process.take
leases = _of_process.leases


async def take_from_table(wanted: Withdrawal, used: float) -> float | None:
    """Take tokens from a bucket in PostgreSQL, for somebody who has used this share of their own buckets.

    Returns the share of this bucket that was used before, or None if it had too few tokens.
    """
    kept_for_others = wanted.share_kept * used * wanted.most
    left = await db.value(TAKE_ROW, wanted.key, wanted.most, wanted.seconds, wanted.cost, kept_for_others)
    return None if left is None else 1 - (left + wanted.cost) / wanted.most


async def give_back(key: str, most: int) -> bool:
    """Return a token to a bucket, or to what is leased of it. False if Redis does not answer."""
    return leases.give_back(key) or await _run(_script(GIVE_BACK), [key], [most]) is not None


async def give_back_to_table(key: str, most: int) -> None:
    await db.execute(GIVE_BACK_ROW, key, most)


@cache
def _script(text: str) -> AsyncScript:
    return AsyncScript(redis(), text)


async def _run(script: AsyncScript, keys: list[str], args: Sequence[float | bytes]) -> Any:
    """Run a script on buckets and return its result, or None if Redis does not answer."""
    global _paused_until  # noqa: PLW0603 one Redis for the process
    if monotonic() < _paused_until:
        return None
    try:
        async with asking(redis()) as client:
            return await script(keys, args, client=client)
    except (RedisError, OSError, TimeoutError) as error:
        _paused_until = monotonic() + PAUSE_SECONDS
        log.warning("rate limits without Redis", error=repr(error))
        return None
