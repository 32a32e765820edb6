"""Leases of tokens: several processes beside one Redis, as far as the limits allow and hardly ever asking it."""

import asyncio
from collections import Counter
from random import Random
from typing import Any

import msgspec
import pytest
from redis.commands.core import AsyncScript

from parley.platform import leases, token_buckets
from parley.platform.events.redis import redis
from parley.platform.leases import PARTS
from parley.platform.limit import Limit, Use
from parley.platform.token_buckets import Buckets, Refusal

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

# They take so long to fill that no test sees a token come back.
OWN = Limit("test own", 200, 10_000_000)
NETWORK = Limit("test network", 500, 100_000_000, shared=True)
ALL = Limit("test all", 1_000, 1_000_000_000, shared=True)
CODES = Limit("test codes", 200, 10_000_000, strict=True)
PROCESSES = 4


async def served(process: Buckets, *uses: Use) -> bool:
    answer = await process.take([use.withdrawal for use in uses])
    assert answer is not None
    return not isinstance(answer, Refusal)


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[AsyncScript]:
    """The round trips to Redis."""
    made, run = [], token_buckets._run

    async def counting(script: AsyncScript, keys: list[str], args: list[bytes]) -> Any:
        made.append(script)
        return await run(script, keys, args)

    monkeypatch.setattr(token_buckets, "_run", counting)
    return made


async def served_in_turn(processes: list[Buckets], seed: int, *, strict: bool) -> Counter[str]:
    """How many of 2,000 uses by members of two networks are served, of each bucket."""
    random, done = Random(seed), Counter[str]()
    own, network, everybody = (msgspec.structs.replace(limit, strict=strict) for limit in (OWN, NETWORK, ALL))
    for _ in range(2_000):
        member = random.randrange(6)
        uses = (Use(own, str(member)), Use(network, str(member % 2)), Use(everybody, "all"))
        if await served(random.choice(processes), *uses):
            done.update(use.withdrawal.key for use in uses)
    return done


@pytest.mark.parametrize("seed", range(2))
async def test_several_processes_together_serve_within_some_per_cent_what_one_bucket_would(seed: int) -> None:
    exact = await served_in_turn([Buckets()], seed, strict=True)
    await redis().flushdb()
    leased = await served_in_turn([Buckets() for _ in range(PROCESSES)], seed, strict=False)
    assert len(leased) == 6 + 2 + 1
    for key, count in leased.items():
        most = next(limit.most for limit in (OWN, NETWORK, ALL) if f":{limit.name}:" in key)
        assert count <= most
        assert abs(count - exact[key]) <= 0.05 * most, (key, count, exact[key])


@pytest.mark.parametrize("processes", [1, PROCESSES])
async def test_a_limit_is_exact_up_to_what_other_processes_have_leased(processes: int) -> None:
    each = [Buckets() for _ in range(processes)]
    done = 0
    for turn in range(400):
        done += await served(each[turn % processes], Use(OWN, "ada"))
    assert OWN.most - (processes - 1) * OWN.most // PARTS <= done <= OWN.most


async def test_what_one_process_leased_and_left_returns_when_its_lease_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 0.0)
    first, second = Buckets(), Buckets()
    assert await served(first, Use(OWN, "ada"))
    assert await served(first, Use(OWN, "jon"))
    assert sum([await served(second, Use(OWN, "ada")) for _ in range(300)]) == OWN.most - 1


async def test_a_process_is_not_refused_while_it_has_leased_tokens_itself() -> None:
    first, second = Buckets(), Buckets()
    assert await served(first, Use(OWN, "ada"))
    dear = Use(OWN, "ada", 100)
    assert await served(second, dear)
    rest = OWN.most - 1 - 100 - OWN.most // PARTS
    assert await served(second, Use(OWN, "ada", rest))
    assert not await served(second, Use(OWN, "ada"))
    assert await served(first, Use(OWN, "ada"), Use(ALL, "all"))


async def test_most_uses_ask_redis_nothing_and_a_strict_limit_asks_each_time(trips: list[AsyncScript]) -> None:
    process, everybody = Buckets(), msgspec.structs.replace(ALL, most=60_000)
    for member in range(20):
        for _ in range(30):
            assert await served(process, Use(OWN, str(member)), Use(everybody, "all"))
    assert len(trips) <= 20 * 30 / 5
    trips.clear()
    for _ in range(30):
        assert await served(process, Use(OWN, "0"), Use(CODES, "ada"))
    assert len(trips) == 30


async def test_redis_is_asked_for_one_lease_at_a_time() -> None:
    """Sixteen votes at once leased sixteen twentieths."""
    process, other = Buckets(), Buckets()
    assert all(await asyncio.gather(*(served(process, Use(OWN, "ada")) for _ in range(16))))
    left = await other.take([Use(OWN, "ada", 10).withdrawal])
    assert left == [OWN.most - 16 - OWN.most // PARTS - 10]
