"""Telling who watches a thread that it changed: this process at once, the others through Redis.

A signal carries no facts. Whoever gets one reads PostgreSQL, so a lost signal only delays.
"""

import asyncio
from collections.abc import Callable
from time import monotonic

import msgspec

from parley.core import failpoint
from parley.core.events.redis import publish

# A signal goes out at once; what comes within so long after it goes together in one message. A message a write would
# cost a third of the write (docs/performance.md).
PAUSE_SECONDS = 0.05


class Signal(msgspec.Struct, frozen=True, omit_defaults=True):
    """`thread` changed: `seq` is its newest event, `scores` says that votes were cast.

    Without a thread (0): `notifications` says that some members have more to read than before, or less, `queue` that
    something about the moderators' queue changed.
    """

    thread: int
    seq: int = 0
    scores: bool = False
    notifications: bool = False
    queue: bool = False


Listener = Callable[[Signal], None]

subscribers: list[Listener] = []

_waiting: dict[int, Signal] = {}
_rests_until = 0.0
_telling: asyncio.Task[None] | None = None


async def notify(message: Signal) -> None:
    """Tell this process's listeners, then everybody else's. Redis being away is only logged."""
    failpoint.hit("nudging")
    for listener in subscribers:
        listener(message)
    is_first = not _waiting
    _waiting[message.thread] = _both(_waiting.get(message.thread), message)
    left = _rests_until - monotonic()
    if left <= 0:
        await _tell_others()
    elif is_first:
        asyncio.get_running_loop().call_later(left, _tell_later)


def _both(former: Signal | None, message: Signal) -> Signal:
    if former is None:
        return message
    return Signal(
        message.thread,
        max(former.seq, message.seq),
        former.scores or message.scores,
        former.notifications or message.notifications,
        former.queue or message.queue,
    )


def _tell_later() -> None:
    global _telling  # noqa: PLW0603 a task that nobody holds may vanish
    _telling = asyncio.get_running_loop().create_task(_tell_others())


async def _tell_others() -> None:
    global _rests_until  # noqa: PLW0603 one pause of one process
    told = list(_waiting.values())
    _waiting.clear()
    _rests_until = monotonic() + PAUSE_SECONDS
    if told:
        await publish(msgspec.json.encode(told))
