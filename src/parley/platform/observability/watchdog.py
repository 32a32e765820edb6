"""A thread that watches the event loop: it logs the code that blocks the loop, and ends the process if the loop hangs.

platform/observability/load_shedding.py measures how late the loop is, whatever the cause. This finds the code.
"""

import asyncio
import faulthandler
import os
import sys
import threading
import time
import traceback
from typing import Any

import structlog

from parley.platform.observability import metrics

log = structlog.get_logger(__name__)

# Every turn of the loop that takes more CPU than the sum of both is found, and some of those above the first.
MOST_CPU_SECONDS = 0.05
CHECK_SECONDS = 0.025
# Code in C that never releases the GIL stops this thread too. faulthandler's own thread needs no GIL.
GIL_SECONDS = 15.0
REARM_SECONDS = 5.0
# When no request was open for this long, the thread only looks once in this time whether the loop hangs.
QUIET_SECONDS = 1.0
FRAMES = 15

# The ASGI scope of the request that each task handles (platform/http/security_headers.py). Another thread cannot read a
# task's context variables.
requests: dict[asyncio.Task[Any] | None, Any] = {}
_awake = threading.Event()


def begin(task: asyncio.Task[Any] | None, scope: Any) -> None:
    """Watch the loop closely until the request of `task` is taken out of `requests`."""
    requests[task] = scope
    if not _awake.is_set():
        _awake.set()


class Watchdog(threading.Thread):
    """Watches the event loop of the thread that creates it.

    It measures the CPU time of that thread, so a busy machine causes no false alarm. A hanging loop is timed by the
    number of checks, so a suspended process does not end itself when it resumes.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, hang_seconds: float = 30.0) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._loop = loop
        self._hang_seconds = hang_seconds
        self._thread = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._thread)
        self._is_stopped = False
        self._armed = 0.0
        self._cpu = 0.0
        self._waited = 0.0
        self._has_answered = True
        self._is_reported = False

    def run(self) -> None:
        quiet = 0.0
        while not self._is_stopped:
            if quiet < QUIET_SECONDS:
                time.sleep(CHECK_SECONDS)
                self._look(CHECK_SECONDS)
                quiet = 0.0 if requests else quiet + CHECK_SECONDS
                continue
            _awake.clear()
            if requests or _awake.wait(QUIET_SECONDS):
                quiet = 0.0
            else:
                self._look(QUIET_SECONDS)

    def _look(self, seconds: float) -> None:
        """Look whether the loop has answered, `seconds` after the last look."""
        if self._has_answered:
            self._ping()
        else:
            self._waited += seconds
            self._check()

    def stop(self) -> None:
        self._is_stopped = True
        _awake.set()
        self.join()
        faulthandler.cancel_dump_traceback_later()

    def _ping(self) -> None:
        """Schedule a callback in the loop's next turn."""
        if time.monotonic() - self._armed > REARM_SECONDS:
            self._armed = time.monotonic()
            faulthandler.dump_traceback_later(self._hang_seconds + GIL_SECONDS, exit=True)
        self._cpu = time.clock_gettime(self._clock)
        self._waited, self._has_answered, self._is_reported = 0.0, False, False
        self._loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        self._has_answered = True

    def _check(self) -> None:
        """Log a turn that takes too much CPU, once. End the process if the loop hangs."""
        used = time.clock_gettime(self._clock) - self._cpu
        if used > MOST_CPU_SECONDS and not self._is_reported:
            self._is_reported = True
            self._report(used)
        if self._waited >= self._hang_seconds:
            self._end()

    def _report(self, used: float) -> None:
        route, request_id = self._request()
        metrics.LOOP_BLOCKED.labels(route).inc()
        log.warning(
            "event loop blocked", route=route, request=request_id, cpu_ms=round(used * 1_000), stack=self._stack()
        )

    def _end(self) -> None:
        route, request_id = self._request()
        log.critical("event loop hangs, ending the process", route=route, request=request_id, stack=self._stack())
        faulthandler.dump_traceback()
        os._exit(1)

    def _request(self) -> tuple[str, str | None]:
        """Return the route and the id of the request that the loop's running task handles."""
        scope = requests.get(asyncio.current_task(self._loop), {})
        return scope.get("path_template") or "none", scope.get("request_id")

    def _stack(self) -> str:
        frame = sys._current_frames().get(self._thread)  # noqa: SLF001 documented, for debuggers and the like
        return "".join(traceback.format_stack(frame)[-FRAMES:])
