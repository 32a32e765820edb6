"""The worker: its jobs find their work in PostgreSQL, at intervals or when woken through Redis."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import msgspec
import structlog

from parley.articles.imports import jobs as articles
from parley.discussion.comments import jobs as comments
from parley.discussion.opinion_map import jobs as maps
from parley.discussion.slow_mode import display as slow_mode
from parley.discussion.threads import jobs as threads
from parley.discussion.votes import jobs as votes
from parley.interfaces.embed import jobs as embed
from parley.interfaces.feeds import jobs as feeds
from parley.interfaces.feeds import websub
from parley.interfaces.inbound_feeds import jobs as inbound_feeds
from parley.interfaces.search import jobs as search
from parley.interfaces.search.ops import refresh_ranks
from parley.interfaces.search.spelling import collect_first
from parley.interfaces.webhooks import jobs as webhooks
from parley.interfaces.webhooks.ops import MOST_WEBHOOKS
from parley.interfaces.webmentions import jobs as webmentions
from parley.letters.authors import jobs as authors
from parley.letters.digests import jobs as digests
from parley.letters.notifications import jobs as notifications
from parley.moderation.appeals import jobs as appeals
from parley.moderation.automod import jobs as automod
from parley.moderation.backtests import jobs as backtests
from parley.moderation.dashboard import weekly
from parley.moderation.decisions import jobs as decisions
from parley.moderation.modrules import jobs as rules
from parley.moderation.rings import jobs as rings
from parley.own_data.erasure import jobs as erasure
from parley.own_data.exports import jobs as exports
from parley.people.inbound_mail import maildir
from parley.people.mail.sending import deliver_due
from parley.platform.db import close_pool, open_pool
from parley.platform.errors import Unavailable
from parley.platform.events import redis, tasks
from parley.platform.events.job_wakeups import CHANNEL
from parley.platform.events.notify import Signal, flush
from parley.platform.events.redis import close_redis, open_redis
from parley.platform.http.failures import OUTAGES, expire_after
from parley.platform.observability import metrics, queues
from parley.platform.observability.load_shedding import LOOP_LAG, has_time
from parley.platform.observability.scrape import serve_metrics
from parley.platform.settings import Settings
from parley.site import hooks, retention

log = structlog.get_logger(__name__)

POOL_SIZE = 6
STOP_SECONDS = 10
# After so many seconds a starting worker begins with deferrable jobs.
DEFERRED_SECONDS = 20
Span = Callable[[str], contextlib.AbstractContextManager[Any]]
HOUR = 3_600


class Job(msgspec.Struct, frozen=True):
    """A job whose sweep runs every `seconds`, or once a day at `hour` (UTC), and finds its work in PostgreSQL.

    `concurrency` sweeps run in parallel. However often it is woken, `gap` seconds are between two sweeps, so that one
    handles many events together. With `repeats` a sweep that did something is followed by the next at once. A
    `deferrable` job is skipped while the event loop is late (platform/observability/load_shedding.py), and a starting
    worker does it later, unless it is woken: first come the jobs for which people wait.
    """

    name: str
    run: Callable[[], Awaitable[int]]
    seconds: float = 0
    hour: int | None = None
    concurrency: int = 1
    gap: float = 0
    repeats: bool = False
    deferrable: bool = False

    def pause(self) -> float:
        """Return the seconds until the next sweep."""
        if self.hour is None:
            return self.seconds
        now = datetime.now(UTC)
        due = now.replace(hour=self.hour, minute=17, second=0, microsecond=0)
        return ((due if due > now else due + timedelta(days=1)) - now).total_seconds()


JOBS = (
    Job("mail", deliver_due, seconds=5, concurrency=2, repeats=True),
    Job("inbox", maildir.read_inbox, seconds=30),
    # Most wait for the sites, which may be slow: so the slow ones of a few members do not delay the imports of others.
    Job("imports", articles.read_waiting, seconds=3, concurrency=8),
    Job("embed", embed.post_waiting, seconds=3, concurrency=4),
    Job("feeds", inbound_feeds.fetch_due, seconds=15, concurrency=4, deferrable=True),
    Job("feed items", inbound_feeds.make_approved, seconds=15, concurrency=3, deferrable=True),
    Job("claims", authors.check_due, seconds=60, concurrency=3),
    Job("webmentions", webmentions.send_due, seconds=60, deferrable=True),
    Job("slow mode", slow_mode.update_all, seconds=5),
    Job("backtests", backtests.run_backtests, seconds=3),
    Job("retests", rules.retest, seconds=60),
    Job("rule costs", backtests.check_costs, seconds=60, deferrable=True),
    Job("notifications", notifications.handle_events, seconds=5, gap=0.1),
    Job("sources", threads.check_sources, seconds=60, deferrable=True),
    Job("thread stats", threads.refresh_thread_stats, seconds=10),
    Job("link pictures", feeds.draw_due, seconds=30, deferrable=True),
    Job("hub", websub.ping, seconds=60, deferrable=True),
    Job("maps", maps.compute_due, seconds=60, deferrable=True),
    Job("retention", retention.remove_expired, seconds=HOUR, deferrable=True),
    Job("votes", votes.count_remaining_votes, seconds=60),
    Job("markdown", comments.render_old, seconds=HOUR, deferrable=True),
    Job("sanctions", decisions.end_sanctions, seconds=5),
    Job("holds", automod.review_holds, seconds=600),
    Job("appeals", appeals.remind, seconds=HOUR),
    Job("weekly letter", weekly.send_on_monday, seconds=HOUR),
    Job("digests", digests.run, seconds=60, deferrable=True),
    Job("exports", exports.make_exports, seconds=10, deferrable=True),
    Job("erasures", erasure.erase_due, seconds=60, repeats=True, deferrable=True),
    Job("mentions", erasure.rewrite_mentions, seconds=5),
    Job("webhooks", webhooks.queue_all, seconds=5, gap=0.3),
    # One sweep a receiver, so that none waits for another.
    Job("webhook deliveries", webhooks.send_due, seconds=10, concurrency=MOST_WEBHOOKS, repeats=True),
    Job("counters", votes.check_counters, hour=3),
    Job("passage counts", comments.check_counts, hour=3),
    Job("rings", rings.find_rings, hour=2),
    Job("score", automod.train_score, hour=1),
    Job("search", search.index_events, seconds=5, gap=0.3),
    Job("search ranks", refresh_ranks, seconds=60, deferrable=True),
    Job("search check", search.check, hour=4),
    Job("search words", collect_first, seconds=60, deferrable=True),
)
# The jobs that handle events of threads.
OF_EVENTS = ("notifications", "search", "webhooks")


class Worker:
    """Runs all jobs. `span` is a context manager around each sweep; it gets the job's name."""

    def __init__(self, span: Span = contextlib.nullcontext) -> None:
        self._span = span
        self._woken = {job.name: asyncio.Event() for job in JOBS}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Finish running sweeps and start no new ones."""
        self._stopping.set()
        for event in self._woken.values():
            event.set()

    async def run(self) -> None:
        """Run all jobs until `stop`."""
        for job in JOBS:
            # An alert fires when it is old, also of a job whose first sweep never ends.
            metrics.JOB_FINISHED.labels(job.name).set_to_current_time()
        background = [asyncio.create_task(self._listen()), asyncio.create_task(LOOP_LAG.watch())]
        loops = [asyncio.create_task(self._loop(job)) for job in JOBS for _ in range(job.concurrency)]
        await self._stopping.wait()
        await tasks.end(background)
        await asyncio.wait(loops, timeout=STOP_SECONDS)
        await tasks.end(loops)

    async def _loop(self, job: Job) -> None:
        # Log lines of the job have its name.
        structlog.contextvars.bind_contextvars(job=job.name)
        if job.hour is not None:
            await self._wait(job, job.pause())
        elif job.deferrable:
            await self._wait(job, min(job.seconds, DEFERRED_SECONDS))
        while not self._stopping.is_set():
            with self._span(job.name):
                done = await _sweep(job)
            if not (job.repeats and done):
                await asyncio.sleep(job.gap)
                await self._wait(job, job.pause())

    async def _wait(self, job: Job, seconds: float) -> None:
        """Wait `seconds`, or until the job is woken."""
        woken = self._woken[job.name]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), timeout=seconds)
        woken.clear()

    def _wake(self, channel: str, data: bytes) -> None:
        """Wake the job that a message names. An event of a thread wakes those of OF_EVENTS."""
        if channel == CHANNEL:
            jobs: tuple[str, ...] = (data.decode(errors="replace"),)
        else:
            signals = msgspec.json.decode(data, type=list[Signal])
            jobs = OF_EVENTS if any(signal.seq for signal in signals) else ()
        for job in jobs:
            if job in self._woken:
                self._woken[job].set()

    async def _listen(self) -> None:
        """Wake jobs for messages from Redis."""
        async for channel, data in redis.subscribe(CHANNEL, redis.LIVE_CHANNEL):
            with contextlib.suppress(msgspec.MsgspecError, UnicodeError):
                self._wake(channel, data)


async def _sweep(job: Job) -> int:
    """Run the job once and return how many items it did."""
    if job.deferrable and not has_time("later"):
        return 0
    start, done = perf_counter(), 0
    try:
        done = await job.run()
    except (Unavailable, *OUTAGES) as error:
        # The work is still in PostgreSQL, and the next sweep finds it. After a fail-over the old connections lead to a
        # read-only server, so they are replaced.
        metrics.JOB_FAILURES.labels(job.name).inc()
        log.warning("job interrupted by an outage", error=repr(error))
        expire_after(error)
    except Exception:
        metrics.JOB_FAILURES.labels(job.name).inc()
        log.exception("job failed")
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # What the job waited for was cancelled, not the job: without this it would never run again.
        metrics.JOB_FAILURES.labels(job.name).inc()
        log.exception("job failed: what it waited for was cancelled")
    else:
        metrics.JOB_FINISHED.labels(job.name).set_to_current_time()
    metrics.JOB_SECONDS.labels(job.name).observe(perf_counter() - start)
    return done


@contextlib.asynccontextmanager
async def _traces(settings: Settings) -> AsyncIterator[Span]:
    """Yield what creates the spans of this process, which does nothing without a collector."""
    if not settings.traces:
        yield contextlib.nullcontext
        return
    from parley.platform.observability import tracing  # noqa: PLC0415 most installations have no tracing

    yield tracing.start("parley-worker").start_as_current_span
    await tracing.stop()


async def run(settings: Settings) -> None:
    """Run the worker until SIGTERM or SIGINT."""
    hooks.connect()
    await open_pool(settings.database_url, size=POOL_SIZE, statement_timeout="60000")
    open_redis(settings.redis_url)
    try:
        async with _traces(settings) as span, serve_metrics(settings.metrics, queues.update):
            worker = Worker(span)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, worker.stop)
            await worker.run()
    finally:
        await flush()
        await close_redis()
        await close_pool()
