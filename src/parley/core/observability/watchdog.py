"""A thread that watches the event loop: it reports what blocks the loop, and ends a process whose loop stands still.

core/observability/load_shedding.py measures how late the loop is, whatever the cause, and sheds load; this finds the
code that is the cause.
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

from parley.core.observability import metrics

log = structlog.get_logger(__name__)

# Every turn of the loop that takes more CPU than both together is found, and of those above the first, some.
MOST_CPU_SECONDS = 0.05
LOOK_SECONDS = 0.025
# Code in C that never releases the GIL stops this thread too. faulthandler's own thread needs no GIL.
GIL_SECONDS = 15.0
REARM_SECONDS = 1.0
FRAMES = 15

# The request that each task answers (core/http/security_headers.py): a task's context cannot be read from another
# thread.
requests: dict[asyncio.Task[Any] | None, Any] = {}


class Watchdog(threading.Thread):
    """Watches the loop of the thread that makes it.

    CPU time is that of the loop's thread, so that a busy machine is no false alarm. A still loop is counted in looks,
    so that a suspended process does not end itself when it goes on.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, still_seconds: float = 30.0) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._loop = loop
        self._still_seconds = still_seconds
        self._thread = threading.get_ident()
        self._clock = time.pthread_getcpuclockid(self._thread)
        self._ending = threading.Event()
        self._armed = 0.0
        self._cpu = 0.0
        self._looks = 0
        self._is_answered = True
        self._is_reported = False

    def run(self) -> None:
        while not self._ending.wait(LOOK_SECONDS):
            if self._is_answered:
                self._ask()
            else:
                self._look()

    def stop(self) -> None:
        self._ending.set()
        self.join()
        faulthandler.cancel_dump_traceback_later()

    def _ask(self) -> None:
        """Have the loop answer in its next turn."""
        if time.monotonic() - self._armed > REARM_SECONDS:
            self._armed = time.monotonic()
            faulthandler.dump_traceback_later(self._still_seconds + GIL_SECONDS, exit=True)
        self._cpu = time.clock_gettime(self._clock)
        self._looks, self._is_answered, self._is_reported = 0, False, False
        self._loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        self._is_answered = True

    def _look(self) -> None:
        """Report a turn that takes too much CPU, once; end the process when the loop stands still."""
        used = time.clock_gettime(self._clock) - self._cpu
        if used > MOST_CPU_SECONDS and not self._is_reported:
            self._is_reported = True
            self._report(used)
        self._looks += 1
        if self._looks * LOOK_SECONDS >= self._still_seconds:
            self._end()

    def _report(self, used: float) -> None:
        route, request_id = self._request()
        metrics.LOOP_BLOCKED.labels(route).inc()
        log.warning(
            "event loop blocked", route=route, request=request_id, cpu_ms=round(used * 1_000), stack=self._stack()
        )

    def _end(self) -> None:
        route, request_id = self._request()
        log.critical("event loop stands still, ending", route=route, request=request_id, stack=self._stack())
        faulthandler.dump_traceback()
        os._exit(1)

    def _request(self) -> tuple[str, str | None]:
        """The route that the loop's running task answers, and the request's id."""
        scope = requests.get(asyncio.current_task(self._loop), {})
        return scope.get("path_template") or "none", scope.get("request_id")

    def _stack(self) -> str:
        frame = sys._current_frames().get(self._thread)  # noqa: SLF001 documented, for debuggers and the like
        return "".join(traceback.format_stack(frame)[-FRAMES:])
