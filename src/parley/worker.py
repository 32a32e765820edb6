"""The worker: jobs found in PostgreSQL by sweeps, and woken through Redis. It imports all; nothing imports it."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import msgspec
import structlog

from parley import hooks, retention
from parley.appeals import jobs as appeals
from parley.articles import jobs as articles
from parley.automod import jobs as automod
from parley.automod import slow_mode_display
from parley.automod.backtests import jobs as rules
from parley.comments import jobs as comments
from parley.core.db import close_pool, open_pool
from parley.core.errors import Unavailable
from parley.core.events import redis, tasks
from parley.core.events.job_wakeups import CHANNEL
from parley.core.events.notify import Signal
from parley.core.events.redis import close_redis, open_redis
from parley.core.http.failures import OUTAGES, expire_after
from parley.core.observability import metrics, queues
from parley.core.observability.load_shedding import LOOP_LAG, has_time
from parley.core.observability.scrape import scraped
from parley.core.settings import Settings
from parley.decisions import jobs as decisions
from parley.digests import jobs as digests
from parley.mail.inbound import maildir
from parley.mail.sending import deliver_due
from parley.notifications import jobs as notifications
from parley.threads import checks
from parley.threads import jobs as threads
from parley.votes import jobs as votes

log = structlog.get_logger(__name__)

POOL_SIZE = 6
STOP_SECONDS = 10
Span = Callable[[str], contextlib.AbstractContextManager[Any]]
HOUR = 3_600


class Job(msgspec.Struct, frozen=True):
    """Work that a sweep finds in PostgreSQL every `seconds`, or once a night at `hour` (UTC).

    `lanes` sweeps run beside each other; a `steady` one begins anew at once while it gets something done; one
    for `later` is left out while the process is late.
    """

    name: str
    run: Callable[[], Awaitable[int]]
    seconds: float = 0
    hour: int | None = None
    lanes: int = 1
    steady: bool = False
    later: bool = False

    def pause(self) -> float:
        """Seconds until the next sweep."""
        if self.hour is None:
            return self.seconds
        now = datetime.now(UTC)
        due = now.replace(hour=self.hour, minute=17, second=0, microsecond=0)
        return ((due if due > now else due + timedelta(days=1)) - now).total_seconds()


JOBS = (
    Job("mail", deliver_due, seconds=5, lanes=2, steady=True),
    Job("inbox", maildir.read_inbox, seconds=30),
    Job("imports", articles.read_waiting, seconds=3, lanes=3),
    Job("slow mode", slow_mode_display.update_all, seconds=5),
    Job("backtests", rules.run_backtests, seconds=3),
    Job("rule costs", rules.check_costs, seconds=60, later=True),
    Job("notifications", notifications.handle_events, seconds=5),
    Job("sources", checks.check_sources, seconds=60, later=True),
    Job("standings", threads.refresh_standings, seconds=10),
    Job("retention", retention.remove_expired, seconds=HOUR, later=True),
    Job("votes", votes.count_left, seconds=60),
    Job("markdown", comments.render_old, seconds=HOUR, later=True),
    Job("sanctions", decisions.end_sanctions, seconds=5),
    Job("holds", automod.look_after_holds, seconds=600),
    Job("appeals", appeals.alarm, seconds=HOUR),
    Job("digests", digests.run, seconds=60, later=True),
    Job("counters", votes.check_counters, hour=3),
    Job("passage counts", comments.check_counts, hour=3),
)


class Worker:
    """`span` is entered with a job's name around each of its sweeps."""

    def __init__(self, span: Span = contextlib.nullcontext) -> None:
        self._span = span
        self._woken = {job.name: asyncio.Event() for job in JOBS}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Finish what runs and begin nothing new."""
        self._stopping.set()
        for event in self._woken.values():
            event.set()

    async def run(self) -> None:
        """Run all jobs until `stop`."""
        around = [asyncio.create_task(self._listen()), asyncio.create_task(LOOP_LAG.watch())]
        loops = [asyncio.create_task(self._loop(job)) for job in JOBS for _ in range(job.lanes)]
        await self._stopping.wait()
        await tasks.end(around)
        await asyncio.wait(loops, timeout=STOP_SECONDS)
        await tasks.end(loops)

    async def _loop(self, job: Job) -> None:
        # Every line of the log that the job writes names it.
        structlog.contextvars.bind_contextvars(job=job.name)
        if job.hour is not None:
            await self._rest(job)
        while not self._stopping.is_set():
            with self._span(job.name):
                done = await _sweep(job)
            if not (job.steady and done):
                await self._rest(job)

    async def _rest(self, job: Job) -> None:
        woken = self._woken[job.name]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), timeout=job.pause())
        woken.clear()

    def _hear(self, channel: str, data: bytes) -> None:
        """Wake the job that is named; an event wakes the one that makes notifications of it."""
        if channel == CHANNEL:
            job = data.decode()
        else:
            job = "notifications" if any(one.seq for one in msgspec.json.decode(data, type=list[Signal])) else ""
        if job in self._woken:
            self._woken[job].set()

    async def _listen(self) -> None:
        """Wake jobs as Redis says."""
        async for channel, data in redis.subscribed(CHANNEL, redis.LIVE_CHANNEL):
            with contextlib.suppress(msgspec.MsgspecError):
                self._hear(channel, data)


async def _sweep(job: Job) -> int:
    """Run the job once and return how much it did."""
    if job.later and not has_time("later"):
        return 0
    begun, done = perf_counter(), 0
    try:
        done = await job.run()
    except (Unavailable, *OUTAGES) as error:
        # What was not done is still in PostgreSQL; the next sweep finds it, maybe on another server: where one turned
        # read-only or was left by the primary, the old connections go on leading to it.
        metrics.JOB_FAILURES.labels(job.name).inc()
        log.warning("job stopped by an outage", error=repr(error))
        expire_after(error)
    except Exception:
        metrics.JOB_FAILURES.labels(job.name).inc()
        log.exception("job failed")
    else:
        metrics.JOB_FINISHED.labels(job.name).set_to_current_time()
    metrics.JOB_SECONDS.labels(job.name).observe(perf_counter() - begun)
    return done


@contextlib.asynccontextmanager
async def _traces(settings: Settings) -> AsyncIterator[Span]:
    """What makes the spans of this process, sent to the collector that is named if one is."""
    if not settings.traces:
        yield contextlib.nullcontext
        return
    from parley.core.observability import tracing  # noqa: PLC0415 most installations are without

    yield tracing.start("parley-worker").start_as_current_span
    await tracing.stop()


async def run(settings: Settings) -> None:
    """Run the worker until SIGTERM or SIGINT."""
    hooks.connect()
    await open_pool(settings.database_url, size=POOL_SIZE, statement_timeout="60000")
    open_redis(settings.redis_url)
    try:
        async with _traces(settings) as span, scraped(settings.metrics, queues.look):
            worker = Worker(span)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, worker.stop)
            await worker.run()
    finally:
        await close_redis()
        await close_pool()
