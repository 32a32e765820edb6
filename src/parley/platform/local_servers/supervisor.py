"""Keeps services running: restarts those that crash, with growing delays, until a signal."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import FrameType

from parley.platform.local_servers.folder import CannotStart
from parley.platform.local_servers.service import PROGRESS_SECONDS, Service, ServiceRun

CHECK_SECONDS = 0.2
STEADY_SECONDS = 60.0
LONGEST_WAIT = 30.0


class StopRequested(Exception):
    """A signal to stop was received."""


class Signals:
    """Turns SIGINT, SIGTERM and SIGHUP into Stopped at the next pause, so that no step is interrupted."""

    def __init__(self) -> None:
        self._received = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._receive)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored under nohup
            signal.signal(signal.SIGHUP, self._receive)

    def pause(self, seconds: float) -> None:
        """Sleep. Raises Stopped as soon as a signal is received."""
        if self._received.wait(seconds):
            raise StopRequested

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        self._received.set()


@dataclass
class WatchedService:
    """A service with its restarts."""

    service: Service
    run: ServiceRun
    since: float
    crashes: int = 0
    # When it is to be restarted, if it is down.
    due: float | None = None
    is_back: bool = True
    reported: float = 0.0

    def check(self) -> None:
        """Check the service, and restart it when it is due. Never waits."""
        now = time.monotonic()
        if self.service.alive:
            self.service.log.rotate()
            if not self.is_back:
                self._check_recovery(now)
        elif self.due is None:
            self.crashes = self.crashes + 1 if now - self.since < STEADY_SECONDS else 0
            self.due = now + delay_after(self.crashes)
            log = self.service.log.path
            self.run.say(f"{self.service.title} ended unexpectedly. Restarting it (its log: {log})")
        elif now >= self.due:
            self.due, self.since, self.reported, self.is_back = None, now, now, False
            self.service.launch()

    def _check_recovery(self, now: float) -> None:
        self.is_back = self.service.serves()
        if self.is_back:
            self.run.say(f"{self.service.title} runs again after {now - self.since:.1f} s.")
        elif now - self.reported > PROGRESS_SECONDS:
            self.reported = now
            self.run.say(self.service.progress(now - self.since))


def watch(services: Iterable[Service], run: ServiceRun) -> None:
    """Restart services that end, until a signal makes `run.pause` raise Stopped."""
    watched = [WatchedService(service, run, time.monotonic()) for service in services]
    while True:
        run.pause(CHECK_SECONDS)
        for process in watched:
            # An error such as a full disk must not stop the other services.
            with contextlib.suppress(OSError, CannotStart):
                process.check()


def delay_after(crashes: int) -> float:
    """Return the seconds to wait before a restart: none after the first crash, then longer each time."""
    return 0.0 if crashes == 0 else min(LONGEST_WAIT, 0.5 * 2 ** (crashes - 1))
