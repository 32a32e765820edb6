"""Keeps services running: ends them on a signal, starts again what crashed, each time a little later."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import FrameType

from parley.embedded.folder import CannotStart
from parley.embedded.service import PROGRESS_SECONDS, Service, ServiceRun

LOOK_SECONDS = 0.2
STEADY_SECONDS = 60.0
LONGEST_WAIT = 30.0


class Stopped(Exception):
    """A signal asked us to end."""


class Signals:
    """Turns SIGINT, SIGTERM and SIGHUP into a Stopped at the next pause, so that nothing is torn half-way."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup asks
            signal.signal(signal.SIGHUP, self._ask)

    def pause(self, seconds: float) -> None:
        """Sleep; raise Stopped as soon as a signal has come."""
        if self._asked.wait(seconds):
            raise Stopped

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked.set()


@dataclass
class Watched:
    """A service and how it has fared."""

    service: Service
    run: ServiceRun
    since: float
    crashes: int = 0
    # When it is to be started again, while it is down.
    due: float | None = None
    is_back: bool = True
    told: float = 0.0

    def look(self) -> None:
        """Do what its state asks for; never wait."""
        now = time.monotonic()
        if self.service.alive:
            self.service.log.bound()
            if not self.is_back:
                self._see_whether_it_is_back(now)
        elif self.due is None:
            self.crashes = self.crashes + 1 if now - self.since < STEADY_SECONDS else 0
            self.due = now + wait_before(self.crashes)
            log = self.service.log.path
            self.run.say(f"{self.service.title} ended unexpectedly; starting it again (its log: {log})")
        elif now >= self.due:
            self.due, self.since, self.told, self.is_back = None, now, now, False
            self.service.launch()

    def _see_whether_it_is_back(self, now: float) -> None:
        self.is_back = self.service.serves()
        if self.is_back:
            self.run.say(f"{self.service.title} runs again after {now - self.since:.1f} s.")
        elif now - self.told > PROGRESS_SECONDS:
            self.told = now
            self.run.say(self.service.progress(now - self.since))


def watch(services: Iterable[Service], run: ServiceRun) -> None:
    """Start again whatever ends, until a signal makes `run.pause` raise Stopped."""
    watched = [Watched(service, run, time.monotonic()) for service in services]
    while True:
        run.pause(LOOK_SECONDS)
        for one in watched:
            # A full disk, say, is no reason to end what still runs.
            with contextlib.suppress(OSError, CannotStart):
                one.look()


def wait_before(crashes: int) -> float:
    """Seconds to wait before a start: none after the first crash, then longer and longer."""
    return 0.0 if crashes == 0 else min(LONGEST_WAIT, 0.5 * 2 ** (crashes - 1))
