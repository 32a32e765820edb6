"""Keeps services running: ends them on a signal, starts again what crashed, each time a little later."""

import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import FrameType

from parley.embedded.service import Run, Service

LOOK_SECONDS = 0.2
STEADY_SECONDS = 60.0
LONGEST_WAIT = 30.0


class Stopped(Exception):  # noqa: N818 not an error: somebody asked us to end
    """A signal asked us to end."""


class Signals:
    """Turns SIGINT, SIGTERM and SIGHUP into a Stopped at the next pause, so that nothing is torn half-way."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._ask)

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
    since: float
    crashes: int = 0
    due: float | None = None
    is_back: bool = True


def watch(services: Iterable[Service], run: Run) -> None:
    """Start again whatever ends, until a signal makes `run.pause` raise Stopped."""
    watched = [Watched(service, time.monotonic()) for service in services]
    while True:
        run.pause(LOOK_SECONDS)
        for one in watched:
            look_after(one, run)


def look_after(one: Watched, run: Run) -> None:
    now = time.monotonic()
    if one.service.alive:
        one.service.log.bound()
        if not one.is_back and one.service.serves():
            one.is_back = True
            run.say(f"{one.service.title} runs again after {now - one.since:.1f} s.")
    elif one.due is None:
        one.crashes = one.crashes + 1 if now - one.since < STEADY_SECONDS else 0
        one.due = now + wait_before(one.crashes)
        log = one.service.log.path
        run.say(f"{one.service.title} ended unexpectedly; starting it again (its log: {log})")
    elif now >= one.due:
        one.due, one.since, one.is_back = None, now, False
        one.service.launch()


def wait_before(crashes: int) -> float:
    """Seconds to wait before a start: none after the first crash, then longer and longer."""
    return 0.0 if crashes == 0 else min(LONGEST_WAIT, 0.5 * 2 ** (crashes - 1))
