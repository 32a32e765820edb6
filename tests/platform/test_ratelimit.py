import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript

from parley.platform import db, ratelimit, token_buckets
from parley.platform.errors import TooMany
from parley.platform.events import redis as client
from parley.platform.limit import EVERYBODY, Limit, Use, key_of
from parley.platform.networks import NETWORK_HOSTS, source
from parley.platform.ratelimit import LIMITS, of_source, take, take_all
from parley.platform.settings import settings
from tests import make
from tests.conftest import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

STRICT = Limit("test strict", 5, 1_000, strict=True)
LOOSE = Limit("test loose", 5, 1_000)


def redis_at(path: Path | str) -> Redis:
    return Redis(
        unix_socket_path=str(path),
        socket_timeout=client.TIMEOUT_SECONDS,
        socket_connect_timeout=client.TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


@pytest.fixture
def dead_redis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(token_buckets, "redis", lambda: redis_at(tmp_path / "nobody"))


@pytest.fixture
async def hanging_redis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[list[object]]:
    """A server that takes connections and says nothing; the connections that it took."""
    took: list[object] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        took.append(writer)
        await reader.read()
        writer.close()

    server = await asyncio.start_unix_server(listen, tmp_path / "s")
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 0.1)
    hanging = redis_at(tmp_path / "s")
    monkeypatch.setattr(token_buckets, "redis", lambda: hanging)
    yield took
    await hanging.aclose()
    server.close()
    await server.wait_closed()


async def taken(limit: Limit, times: int) -> int:
    """How many of so many parallel takes succeed."""
    results = await asyncio.gather(*(take(limit, "ada") for _ in range(times)), return_exceptions=True)
    others = [result for result in results if isinstance(result, BaseException) and not isinstance(result, TooMany)]
    assert not others
    return sum(not isinstance(result, TooMany) for result in results)


async def test_parallel_takes_never_pass_the_limit() -> None:
    assert await taken(STRICT, 40) == 5


async def test_subjects_and_limits_have_buckets_of_their_own() -> None:
    assert await taken(STRICT, 10) == 5
    await take(STRICT, "jon")
    await take(LOOSE, "ada")


async def test_an_empty_bucket_says_when_the_next_token_comes() -> None:
    await taken(STRICT, 5)
    with pytest.raises(TooMany, match="try again in 4 minutes") as error:
        await take(STRICT, "ada")
    # It comes in 200 seconds from the first use on, however long the others took.
    assert 180 < error.value.retry_after <= 200


async def test_a_bucket_fills_again() -> None:
    assert await taken(STRICT, 10) == 5
    # As if 450 seconds had passed.
    await client.redis().hincrby(key_of(STRICT, "ada"), "at", -450_000)
    await take(STRICT, "ada")
    await take(STRICT, "ada")
    with pytest.raises(TooMany):
        await take(STRICT, "ada")


@pytest.mark.parametrize("down", [False, True])
async def test_a_refused_use_takes_from_no_bucket(down: bool, request: pytest.FixtureRequest) -> None:
    if down:
        request.getfixturevalue("dead_redis")
    await take(STRICT, "ada", 5)

    with pytest.raises(TooMany):
        await take_all([Use(STRICT, "jon", 2), Use(STRICT, "ada")])

    await take(STRICT, "jon", 5)


async def test_a_vote_asks_redis_once_for_all_its_limits(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, run = [], token_buckets._run

    async def counting(script: AsyncScript, keys: list[str], args: list[bytes]) -> Any:
        runs.append(msgspec.msgpack.decode(args[0]))
        return await run(script, keys, args)

    monkeypatch.setattr(token_buckets, "_run", counting)
    comment = await make.comment(await make.thread(), await make.member())
    await make.sign_in(client, await make.member())
    await client.post(f"/c/{comment}/vote", data={"value": "1"})

    [[buckets]] = runs
    assert [key.split(":")[1:3] for key, *_ in buckets] == [
        ["form", "account"],
        ["vote", "account"],
        ["vote", "host"],
        ["vote", "network"],
        ["vote", "all"],
    ]


@pytest.mark.usefixtures("dead_redis")
async def test_without_redis_strict_limits_are_counted_in_the_table() -> None:
    for _ in range(5):
        await take(STRICT, "ada")
    with pytest.raises(TooMany) as error:
        await take(STRICT, "ada")
    assert error.value.retry_after == 200
    await take(STRICT, "jon")
    assert await db.value("select count(*) from rate_bucket") == 2


@pytest.mark.usefixtures("dead_redis")
async def test_without_redis_the_table_fills_buckets_again_too() -> None:
    for _ in range(5):
        await take(STRICT, "ada")
    await db.execute("update rate_bucket set filled_at = clock_timestamp() - interval '450 seconds'")
    await take(STRICT, "ada")
    await take(STRICT, "ada")
    with pytest.raises(TooMany):
        await take(STRICT, "ada")


@pytest.mark.parametrize("down", [False, True])
async def test_a_clock_that_is_set_back_keeps_nobody_out(down: bool, request: pytest.FixtureRequest) -> None:
    """A bucket that was used while the clock was a day fast stayed empty for that day."""
    if down:
        request.getfixturevalue("dead_redis")
    await take(STRICT, "ada", 5)
    if down:
        await db.execute("update rate_bucket set filled_at = clock_timestamp() + interval '1 day'")
    else:
        await client.redis().hincrby(key_of(STRICT, "ada"), "at", 86_400_000)

    await take(STRICT, "ada", 5)
    with pytest.raises(TooMany):
        await take(STRICT, "ada")


@pytest.mark.committed
@pytest.mark.usefixtures("dead_redis")
async def test_without_redis_parallel_takes_never_pass_the_limit() -> None:
    assert await taken(STRICT, 40) == 5


@pytest.mark.usefixtures("dead_redis")
async def test_without_redis_reading_and_voting_go_on() -> None:
    for _ in range(10):
        await take(LOOSE, "ada")
    assert await db.value("select count(*) from rate_bucket") == 0


async def test_a_hanging_redis_costs_one_time_out_and_not_one_a_request(
    monkeypatch: pytest.MonkeyPatch, hanging_redis: list[object]
) -> None:
    monkeypatch.setattr(token_buckets, "PAUSE_SECONDS", 60.0)
    for _ in range(50):
        await take(LOOSE, "ada")
    await until_taken(hanging_redis, 1)
    # And when it is asked again.
    monkeypatch.setattr(token_buckets, "_paused_until", 0.0)
    monkeypatch.setattr(client, "_paused_until", 0.0)
    await take(LOOSE, "ada")
    await until_taken(hanging_redis, 2)


async def until_taken(connections: list[object], wanted: int) -> None:
    """Whoever is given up on the very moment it is taken is taken a step later."""
    async with asyncio.timeout(60):
        while len(connections) < wanted:
            await asyncio.sleep(0)
    assert len(connections) == wanted


async def test_limits_can_be_lifted(monkeypatch: pytest.MonkeyPatch) -> None:
    lifted = msgspec.structs.replace(settings(), limits=False)
    monkeypatch.setattr(ratelimit, "settings", lambda: lifted)
    assert await taken(STRICT, 20) == 20


@pytest.mark.parametrize("deed", ["sign-in", "sign-up", "forgot", "post", "vote", "preview", "import", "report"])
async def test_every_deed_is_limited_by_account_host_and_altogether(deed: str) -> None:
    scopes = {limit.name.partition(":")[2] for limit in LIMITS.values() if limit.name.startswith(f"{deed}:")}
    assert scopes & {"account", "address"}
    assert {"host", "all"} <= scopes


@pytest.mark.parametrize("deed", ["sign-in", "sign-up", "forgot", "post", "confirm", "mail"])
async def test_what_could_do_harm_is_limited_without_redis_too(deed: str) -> None:
    found = [limit for limit in LIMITS.values() if limit.name.startswith(f"{deed}:")]
    assert found
    assert all(limit.strict for limit in found)


async def test_whoever_has_a_48_of_ipv6_uses_up_no_more_than_some_hosts_may() -> None:
    [limit, *_], taken = ratelimit.SIGN_UP_HOST, 0
    with pytest.raises(TooMany):
        for number in range(2 * NETWORK_HOSTS * limit.most):
            await take_all(of_source(limit, source(f"2001:db8:1:{number:x}::1")))
            taken += 1

    assert taken <= NETWORK_HOSTS * limit.most < ratelimit.SIGN_UP_ALL.most
    await take_all(of_source(limit, source("2001:db8:2::1")))


def hosts(name: str) -> list[Limit]:
    return [limit for limit in LIMITS.values() if ":host" in limit.name and limit.name.startswith(name)]


@pytest.mark.parametrize("limit", hosts(""), ids=lambda limit: limit.name)
async def test_what_one_host_uses_up_its_neighbours_still_have(limit: Limit) -> None:
    """Sixty searches or ten requests about rights from one address kept the other 255 of its network out."""
    with pytest.raises(TooMany):
        for _ in range(2 * limit.most):
            await take_all(of_source(limit, source("192.0.2.1")))
    for address in ("192.0.2.2", "192.0.2.3"):
        await take_all(of_source(limit, source(address)))


async def test_four_greedy_hosts_leave_something_to_the_fifth() -> None:
    for number in range(NETWORK_HOSTS):
        with suppress(TooMany):
            for _ in range(ratelimit.SEARCH_HOST.most + 1):
                await take_all(of_source(ratelimit.SEARCH_HOST, source(f"192.0.2.{number}")))
    for _ in range(ratelimit.SEARCH_HOST.most // 4):
        await take_all(of_source(ratelimit.SEARCH_HOST, source("192.0.2.9")))


async def searches(site: int, count: int) -> int:
    """Search as often as visitors of so many hosts of one network may at once; how many searches were served.

    They are taken in tens: one by one, a busy machine would refill what is taken.
    """
    served = 0
    for number in range(count):
        of = of_source(ratelimit.SEARCH_HOST, source(f"2001:db8:{site:x}:{number:x}::1"))
        ten = [msgspec.structs.replace(one, cost=10) for one in [*of, Use(ratelimit.SEARCH_ALL, EVERYBODY)]]
        with suppress(TooMany):
            for _ in range(ratelimit.SEARCH_HOST.most // 10):
                await take_all(ten)
                served += 10
    return served


async def test_who_searches_much_from_many_networks_leaves_searches_to_others() -> None:
    most = ratelimit.SEARCH_HOST.most
    heavy = [await searches(site, NETWORK_HOSTS) for site in range(16)]
    assert 2 * most < heavy[0] <= NETWORK_HOSTS * most
    assert heavy[-1] < heavy[0] / 2
    assert await searches(16, 1) >= most / 4


def _name(limits: ratelimit.Triple) -> str:
    return limits[0].name


@pytest.mark.parametrize("limits", [ratelimit.POST, ratelimit.VOTE, ratelimit.PREVIEW, ratelimit.IMPORT], ids=_name)
async def test_a_few_accounts_do_not_use_up_the_limit_of_their_host(limits: ratelimit.Triple) -> None:
    """Fifteen accounts kept all members behind one address from posting, and three from importing."""
    by_account, by_host, _ = limits
    greedy = by_host.most // by_account.most
    for account in range(greedy):
        with pytest.raises(TooMany):
            for _ in range(by_account.most + 1):
                await ratelimit.take_each(limits, account, "203.0.113.9")
    for account in range(greedy, greedy + by_host.most // 6):
        await ratelimit.take_each(limits, account, "203.0.113.9")


@pytest.mark.parametrize("down", [False, True])
async def test_a_shared_limit_serves_first_who_has_used_little_of_their_own(
    down: bool, request: pytest.FixtureRequest
) -> None:
    if down:
        request.getfixturevalue("dead_redis")
    shared = Limit("test shared", 20, 1_000_000, strict=True, shared=True)
    seen = []
    for network in range(5):
        with suppress(TooMany):
            for times in range(1, 6):
                await take_all([Use(STRICT, str(network)), Use(shared, "all")])
                seen.append((network, times))
    assert [max(times for of, times in seen if of == network) for network in range(5)] == [5, 5, 4, 2, 2]


@pytest.mark.parametrize("down", [False, True])
async def test_a_use_may_take_more_than_one_token(down: bool, request: pytest.FixtureRequest) -> None:
    if down:
        request.getfixturevalue("dead_redis")
    await take(STRICT, "mira", 3)

    with pytest.raises(TooMany) as refused:
        await take(STRICT, "mira", 4)

    assert 200 < refused.value.retry_after <= 800
    await take(STRICT, "mira", 2)


async def test_what_a_member_stores_in_a_day_has_a_limit_that_says_so() -> None:
    for _ in range(5):
        await ratelimit.take_volume(7, 20_000_000)

    with pytest.raises(TooMany, match="as much text and as many pictures as one member may in a day"):
        await ratelimit.take_volume(7, 1)
    await ratelimit.take_volume(8, 1)


# The rows of docs/operating.md: the limits for one account, one host and everybody.
STATED: dict[str, tuple[Limit | None, Limit | None, Limit | None]] = {
    "comments": ratelimit.POST,
    "votes": ratelimit.VOTE,
    "previews": ratelimit.PREVIEW,
    "imports and edits of articles": ratelimit.IMPORT,
    "reports": ratelimit.REPORT,
    "kilobytes of text and pictures in imports and edits": (ratelimit.VOLUME_ACCOUNT, None, ratelimit.VOLUME_ALL),
    "forms of any kind; moderators have no limit": (ratelimit.FORM_ACCOUNT, None, None),
}
PERIODS = {600: "in 10 minutes", 3_600: "an hour", 86_400: "a day"}


def test_the_documents_state_the_limits() -> None:
    page = (ROOT / "docs" / "operating.md").read_text()
    for what, limits in STATED.items():
        cells = [f"{one.most:,} {PERIODS[one.seconds]}" if one else "" for one in limits]
        mark = " \\*" if limits[0] and limits[0].strict else ""
        assert f"| {what}{mark} | {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |") in page
