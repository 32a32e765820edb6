"""Issues of the digest for 100,000 members, by the second of a processor: planned and built, and as bytes.

A letter is written when it goes out, of what may be read by then, and its bytes are kept: that is measured by itself,
letter by letter as the post office does it, and together with planning and building. Unsigned: the mail server may
sign, too, and quicker.

Processor time, ours and that of PostgreSQL for us together, is what a run costs, however busy the machine is besides.
The ceiling writes the same rows and chooses, reads and words nothing.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from time import process_time
from uuid import uuid4

import asyncpg
import psutil

from bench import digest_data
from bench.harness import ROUNDS, Harness, create_database, resident
from bench.report import Figure
from parley.letters.digests import jobs
from parley.letters.news.queries import shared_candidates
from parley.people.mail import queue, rendering
from parley.platform import db
from parley.platform.db import close_pool, open_pool
from parley.platform.events.redis import close_redis, open_redis
from parley.site import hooks

ISSUES, LETTERS = 2_000, 200
BAR = 300.0
BAR_MB = 25.0
# As many of them as are due in one round, wherever they live.
DUE = """
update subscription s set next_at = now() - interval '1 minute', last_day = current_date - 8,
  weekday = extract(isodow from now() at time zone m.zone)::int, hour = 0
from member m where m.id = s.member and m.id > $1 and m.id <= $2
"""
NOW = "update issue set due_at = $1 where state = 'planned'"
CLAIM = """
update mail set state = 'claimed', claim = $1, leased_until = now() + interval '1 hour' where id = any($2::bigint[])
returning id, list, domain, attempts
"""
BARE = """
with written as (
    insert into issue (member, period, due_at, state) select member, 'b' || $1, due_at, state from issue where id > $2
    returning id
), items as (
    insert into issue_item (issue, member, position, kind, thread, comment, revision, delivered)
    select (select min(id) from written), member, position, kind, thread, comment, revision, false
    from issue_item where issue > $2
)
insert into mail (kind, list, argument, member, recipient, domain, key, subject, text, html, created_at, due_at)
select kind, list, argument, member, recipient, domain, key || $1, subject, text, html, created_at, due_at
from mail where id > $3
"""


class Clock:
    """Seconds of processor that we and PostgreSQL's process for us have used."""

    def __init__(self, backend: int) -> None:
        self._backend = psutil.Process(backend)

    def read(self) -> float:
        times = self._backend.cpu_times()
        return process_time() + float(times.user) + float(times.system)


async def measure(harness: Harness) -> list[Figure]:
    hooks.connect()
    url = await _database(harness.database_url)
    await open_pool(url, size=1, statement_timeout="0")
    open_redis(harness.servers.redis_url)
    clock = Clock(await db.value("select pg_backend_pid()"))
    rates, bare, written, memory = list[float](), list[float](), list[float](), list[float]()
    for number in range(ROUNDS + 1):
        await db.execute(DUE, number * ISSUES, (number + 1) * ISSUES)
        issue, mail = (
            await db.value("select max(id) from issue"),
            await db.value("select coalesce(max(id), 0) from mail"),
        )
        began = clock.read()
        built = await _run()
        used = clock.read() - began
        began = clock.read()
        await db.execute(BARE, str(number), issue, mail)
        copied = clock.read() - began
        letters = await db.values("select id from mail where id > $1 order by id limit $2", mail, LETTERS)
        began = clock.read()
        await _write(letters)
        if number:
            # The first round warms up.
            rates.append(built / used)
            bare.append(built / copied)
            written.append(len(letters) / (clock.read() - began))
        memory.append(resident(psutil.Process().pid))
    await close_redis()
    await close_pool()
    whole = [1 / (1 / rate + 1 / letters) for rate, letters in zip(rates, written, strict=True)]
    return [
        Figure("digests", "issues planned and built by one processor", "/s", rates, bar=BAR, least=True),
        Figure("digests", "beside writing the same rows only", "/s", rates, bare),
        Figure("digests", "letters checked, written and kept as bytes", "/s", written),
        Figure("digests", "issues from their plan to the bytes of the letter", "/s", whole),
        Figure("digests", f"memory gained over {ROUNDS * ISSUES:,} issues", "MB", [memory[-1] - memory[0]], bar=BAR_MB),
    ]


async def _write(mails: Sequence[int]) -> None:
    by = uuid4()
    for mail in await db.fetch(queue.ClaimedMail, CLAIM, by, list(mails)):
        assert await rendering.ready(mail, by) is not None


async def _database(url: str) -> str:
    """A database of its own on the same server, filled."""
    own = await create_database(url, "digests")
    connection = await asyncpg.connect(own)
    await digest_data.fill(connection)
    await connection.close()
    return own


async def _run() -> int:
    """What the worker's job does, without waiting for the minutes over which issues are spread."""
    now = datetime.now(UTC)
    while await jobs.plan(now):
        pass
    await db.execute(NOW, now)
    pool, built = await shared_candidates(now), 0
    while batch := await jobs.build(now, pool):
        built += batch
    return built
