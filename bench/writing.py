"""Replying and voting over HTTP, beside the barest form of the same writes through asyncpg."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from itertools import cycle
from random import Random
from time import perf_counter
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
import msgspec

from bench.data import AUTHORS, MEMBERS, NEWCOMERS, Community
from bench.harness import ROUNDS, Harness, web, worker
from bench.load import Load, drive, request
from bench.report import Figure

SECONDS = 1.5
CONNECTIONS = 16

# One statement is one transaction and one round trip; it does what the real write must do at least: the comment,
# its parent's and its thread's counts, the numbered event.
REPLY = """
with place as (
    update thread set last_seq = last_seq + 1, comment_count = comment_count + 1, last_activity_at = now()
    where id = $1 returning last_seq
), new as (
    insert into comment (thread, parent, depth, author, body, html, html_version, submission)
    select $1, $2, depth + 1, $3, $4, $5, 1, $6 from comment where id = $2 returning id
), answered as (
    update comment set reply_count = reply_count + 1 where id = $2
)
insert into event (thread, seq, kind, comment, actor)
select $1, place.last_seq, 'comment.posted', new.id, $3 from place, new
"""
# The vote and its comment's counts, from which the ranks follow. Both counts rise, since Parley may take back a vote
# that was written here: a count that fell below zero would have no rank.
VOTE = """
with cast_vote as (
    insert into vote (comment, thread, member, axis, value) values ($1, $2, $3, 'quality', $4)
    on conflict (comment, member, axis) do update set value = excluded.value, changed_at = now()
)
update comment set ups = ups + 1, downs = downs + 1, scored_at = now() where id = $1
"""


class Write(msgspec.Struct):
    """Who writes what, at which comment of which thread."""

    thread: int
    comment: int
    member: int
    body: str
    html: str
    value: int


Ours = Callable[[Sequence[str], Write], bytes]
Bare = Callable[[Any, Write], Awaitable[None]]
# Headers of a browser with JavaScript, whose answer is a fragment.
HTMX = {"HX_Request": "true"}


# Beside the same without a worker.
BESIDE_IDLE = ("reply, over 100 threads", "reply, all in one thread", "vote by htmx, over 100 threads")
COUNT_DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


async def measure(harness: Harness) -> list[Figure]:
    community = harness.community
    pool = await asyncpg.create_pool(harness.database_url, min_size=CONNECTIONS, max_size=CONNECTIONS)
    kinds: list[tuple[str, float | None, Iterator[Write], Ours, Bare]] = [
        ("reply, over 100 threads", 0.5, spread(community, 1), reply, _bare_reply),
        ("reply, all in one thread", 0.75, spread(community, 2, most=1), reply, _bare_reply),
        # No bar: who comes for the first time is looked up, and judged with all that is known of them.
        ("first reply of a newcomer", None, spread(community, 5, newcomers=True), reply, _bare_reply),
        ("vote, over 100 threads", 0.45, spread(community, 3), vote, _bare_vote),
        ("vote, all in one thread", 0.5, spread(community, 4, most=1), vote, _bare_vote),
        ("vote, all on one comment", 0.5, spread(_one(community), 7), vote, _bare_vote),
        ("reply by htmx, all in one thread", 0.75, spread(community, 8, most=1), partial(reply, **HTMX), _bare_reply),
        ("vote by htmx, over 100 threads", 0.45, spread(community, 9), partial(vote, **HTMX), _bare_vote),
    ]
    figures = {kind[0]: Figure("writing", kind[0], "/s", [], [], kind[1]) for kind in kinds}
    idle = {name: Figure("writing", f"{name}, worker on beside off", "/s", [], [], 0.85) for name in BESIDE_IDLE}
    async with pool, web() as running:
        deadlocks = await pool.fetchval(COUNT_DEADLOCKS)

        async def load(writes: Iterator[Write], ours: Ours) -> Load:
            requests = (ours(community.cookies, write) for write in writes)
            return await drive(running.port, requests, seconds=SECONDS, connections=CONNECTIONS)

        for _ in range(ROUNDS):
            for name, figure in idle.items():
                figure.ceiling.append((await load(*next(kind[2:4] for kind in kinds if kind[0] == name))).rate)
            async with worker(harness.database_url):
                for name, _, writes, ours, bare in kinds:
                    figures[name].add(await load(writes, ours))
                    figures[name].ceiling.append(await _bare_rate(pool, writes, bare))
        for name, figure in idle.items():
            figure.runs = figures[name].runs
        found, retries = await pool.fetchval(COUNT_DEADLOCKS) - deadlocks, await running.number("retries")
    slowest = Figure("writing", "reply, all in one thread: p99", "ms", figures["reply, all in one thread"].p99, bar=200)
    wrong = [
        Figure("writing", "deadlocks in all of them", "", [found], bar=0),
        Figure("writing", "posts that were checked and written again", "", [retries]),
    ]
    return [*figures.values(), slowest, *idle.values(), *wrong, await _with_limits(community)]


async def _with_limits(community: Community) -> Figure:
    """Votes with the rate limits on, beside the same votes without; each member has a network of their own."""
    figure = Figure("writing", "vote by htmx, limits on beside off", "/s", [], [], 0.92)
    writes = spread(community, 10)
    async with web(PARLEY_LIMITS="on") as limited, web() as unlimited:
        for _ in range(ROUNDS):
            for running, rates in ((limited, figure.runs), (unlimited, figure.ceiling)):
                requests = (
                    vote(community.cookies, one, X_Forwarded_For=_address(one.member), **HTMX) for one in writes
                )
                rates.append((await drive(running.port, requests, seconds=SECONDS, connections=CONNECTIONS)).rate)
    return figure


def _address(member: int) -> str:
    return f"10.{member // 256}.{member % 256}.1"


def _one(community: Community) -> Community:
    """The community with one comment to write at."""
    thread = community.written[1]
    return msgspec.structs.replace(community, written=[thread], comments={thread: community.comments[thread][:1]})


def spread(
    community: Community,
    seed: int,
    most: int | None = None,
    *,
    members: range = range(AUTHORS + 1, MEMBERS + 1),
    newcomers: bool = False,
) -> Iterator[Write]:
    """Writes of `members` for ever: a few threads draw most, as on every forum. Newcomers come one after the other."""
    random = Random(seed)
    threads = community.written[:most]
    weights = [1 / (place + 1) for place in range(len(threads))]
    new = cycle(range(MEMBERS + 1, MEMBERS + NEWCOMERS + 1))
    while True:
        thread = random.choices(threads, weights)[0]
        member = next(new) if newcomers else random.choice(members)
        comment, value = random.choice(community.comments[thread]), random.choice((1, -1))
        yield Write(thread, comment, member, *random.choice(community.bodies), value)


def reply(cookies: Sequence[str], write: Write, /, **headers: str) -> bytes:
    fields = urlencode({"body": write.body, "parent": write.comment, "submission": _submission()})
    cookie = cookies[write.member - 1]
    return request("POST", f"/t/{write.thread}/comments", fields.encode(), Cookie=cookie, **headers)


def vote(cookies: Sequence[str], write: Write, /, **headers: str) -> bytes:
    cookie = cookies[write.member - 1]
    body = b"axis=quality&value=%d" % write.value
    return request("POST", f"/c/{write.comment}/vote", body, Cookie=cookie, **headers)


async def _bare_reply(connection: Any, write: Write) -> None:
    await connection.execute(REPLY, write.thread, write.comment, write.member, write.body, write.html, _submission())


async def _bare_vote(connection: Any, write: Write) -> None:
    await connection.execute(VOTE, write.comment, write.thread, write.member, write.value)


async def _bare_rate(pool: asyncpg.Pool, writes: Iterator[Write], write: Bare) -> float:
    started = perf_counter()
    done = 0

    async def work() -> None:
        nonlocal done
        while perf_counter() - started < SECONDS:
            async with pool.acquire() as connection:
                await write(connection, next(writes))
            done += 1

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return done / (perf_counter() - started)


_random = Random(5)


def _submission() -> UUID:
    return UUID(int=_random.getrandbits(128), version=4)
