"""The scheduler of the worker: it runs jobs when they are woken through Redis, found to have work, or at intervals."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any

import msgspec
import structlog

from parley.platform import db, tasks
from parley.platform.db.outages import OUTAGES, expire_after
from parley.platform.errors import Unavailable
from parley.platform.events import redis
from parley.platform.events.job_wakeups import CHANNEL, on_claim
from parley.platform.events.notify import Signal
from parley.platform.observability import metrics
from parley.platform.observability.load_shedding import LOOP_LAG, has_time

log = structlog.get_logger(__name__)

STOP_SECONDS = 10
# So long after its start a worker begins with deferrable jobs.
DEFERRED_SECONDS = 20
# How often the worker asks PostgreSQL which jobs have work. This is also how late work is done without Redis.
POLL_SECONDS = 5
Span = Callable[[str], contextlib.AbstractContextManager[Any]]


class Job(msgspec.Struct, frozen=True):
    """A job whose sweep finds its work in PostgreSQL.

    A sweep runs every `seconds`, or once a day at `hour` (UTC), when the job is woken, and when `due`, a query, returns
    rows. At most `concurrency` sweeps run in parallel: each that claims an item starts another. However often the job
    is woken, `gap` seconds are between two sweeps, so that one handles many events together. With `repeats` a sweep
    that did something is followed by the next at once. A `deferrable` job is skipped while the event loop is late
    (platform/observability/load_shedding.py), and a starting worker does it later, unless it is woken: first come the
    jobs for which people wait. With `on_events` each event of a thread wakes the job.
    """

    name: str
    run: Callable[[], Awaitable[int]]
    seconds: float = 600
    hour: int | None = None
    due: str = ""
    concurrency: int = 1
    gap: float = 0
    repeats: bool = False
    deferrable: bool = False
    on_events: bool = False

    def pause(self) -> float:
        """Return the seconds until the next sweep."""
        if self.hour is None:
            return self.seconds
        now = datetime.now(UTC)
        due = now.replace(hour=self.hour, minute=17, second=0, microsecond=0)
        return ((due if due > now else due + timedelta(days=1)) - now).total_seconds()


def select_due(jobs: Sequence[Job]) -> str:
    """Return a query of the names of the jobs that have work."""
    rows = ", ".join(f"('{job.name}', exists ({job.due}))" for job in jobs if job.due)
    return f"select name from (values {rows}) job (name, is_due) where is_due"  # noqa: S608 constants only


class JobSchedule:
    """When the next sweep of a job starts."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.is_woken = False
        self._running = 0
        self._rests_until = 0.0
        self._next_at = monotonic()
        if job.hour is not None:
            self._next_at += job.pause()
        elif job.deferrable:
            self._next_at += min(job.seconds, DEFERRED_SECONDS)

    def starts_at(self) -> float:
        if self._running == self.job.concurrency:
            return inf
        return self._rests_until if self.is_woken else max(self._next_at, self._rests_until)

    def start(self) -> None:
        self.is_woken = False
        self._running += 1
        self._next_at = monotonic() + self.job.pause()

    def end(self, *, has_more: bool) -> None:
        self.is_woken = self.is_woken or has_more
        self._running -= 1
        self._rests_until = monotonic() + self.job.gap
        self._next_at = monotonic() + self.job.pause()


class Scheduler:
    """Runs all jobs. `span` is a context manager around each sweep; it gets the job's name.

    The file `heartbeat` is touched after each poll, so that a health check notices a worker that hangs.
    """

    def __init__(self, jobs: Sequence[Job], span: Span = contextlib.nullcontext, heartbeat: Path | None = None) -> None:
        self._span = span
        self._heartbeat = heartbeat
        self._select_due = select_due(jobs)
        self._started = monotonic()
        poll = Job("poll", self._poll, seconds=POLL_SECONDS)
        self._schedules = {job.name: JobSchedule(job) for job in (poll, *jobs)}
        self._sweeps: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._is_stopping = False

    def stop(self) -> None:
        """Finish running sweeps and start no new ones."""
        self._is_stopping = True
        self._changed.set()

    async def run(self) -> None:
        """Run all jobs until `stop`."""
        for name in self._schedules:
            # An alert fires when it is old, also of a job whose first sweep never ends.
            metrics.JOB_FINISHED.labels(name).set_to_current_time()
        background = [asyncio.create_task(self._listen()), asyncio.create_task(LOOP_LAG.watch())]
        while not self._is_stopping:
            self._changed.clear()
            self._start_sweeps()
            starts_at = min(schedule.starts_at() for schedule in self._schedules.values())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(starts_at - monotonic(), POLL_SECONDS)):
                    await self._changed.wait()
        await tasks.end(background)
        if self._sweeps:
            await asyncio.wait(self._sweeps, timeout=STOP_SECONDS)
        await tasks.end(self._sweeps)

    def _start_sweeps(self) -> None:
        for schedule in self._schedules.values():
            if schedule.starts_at() <= monotonic():
                schedule.start()
                task = asyncio.create_task(self._sweep(schedule))
                self._sweeps.add(task)
                task.add_done_callback(self._sweeps.discard)

    async def _sweep(self, schedule: JobSchedule) -> None:
        job = schedule.job
        # Log lines of the job have its name.
        structlog.contextvars.bind_contextvars(job=job.name)
        if job.concurrency > 1:
            on_claim.set(partial(self._wake, job.name))
        done = 0
        try:
            with self._span(job.name):
                done = await _sweep(job)
        finally:
            schedule.end(has_more=job.repeats and done > 0)
            self._changed.set()

    async def _poll(self) -> int:
        """Wake the jobs that have work, and return how many there are."""
        due = await db.values(self._select_due)
        for name in due:
            if not self._schedules[name].job.deferrable or monotonic() - self._started > DEFERRED_SECONDS:
                self._wake(name)
        if self._heartbeat:
            self._heartbeat.touch()
        return len(due)

    def _wake(self, name: str) -> None:
        if name in self._schedules:
            self._schedules[name].is_woken = True
            self._changed.set()

    def _wake_for(self, channel: str, data: bytes) -> None:
        """Wake the job that a message names, or for an event of a thread those `on_events`."""
        if channel == CHANNEL:
            self._wake(data.decode(errors="replace"))
        elif any(signal.seq for signal in msgspec.json.decode(data, type=list[Signal])):
            for name, schedule in self._schedules.items():
                if schedule.job.on_events:
                    self._wake(name)

    async def _listen(self) -> None:
        """Wake jobs for messages from Redis."""
        async for channel, data in redis.subscribe(CHANNEL, redis.LIVE_CHANNEL):
            with contextlib.suppress(msgspec.MsgspecError, UnicodeError):
                self._wake_for(channel, data)


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
