"""Signals that a thread changed: to this process's subscribers at once, to other processes through Redis.

A signal has no content. Its receivers read PostgreSQL, so a lost signal only causes a delay.
"""

import asyncio
from collections.abc import Callable
from time import monotonic

import msgspec

from parley.platform import failpoint
from parley.platform.events.redis import publish

# A signal is published at once. Those of the next 50 ms are merged into one message: a message for each write would
# cost a third of the write (docs/performance.md).
PAUSE_SECONDS = 0.05


class Signal(msgspec.Struct, frozen=True, omit_defaults=True):
    """`thread` changed: `seq` is its newest event; `scores` means that votes were cast.

    Without a thread (0): `notifications` means that some members' unread counts changed, `queue` that the moderators'
    queue changed.
    """

    thread: int
    seq: int = 0
    scores: bool = False
    notifications: bool = False
    queue: bool = False


Subscriber = Callable[[Signal], None]

subscribers: list[Subscriber] = []

_pending: dict[int, Signal] = {}
_paused_until = 0.0
_publishing: asyncio.Task[None] | None = None


async def notify(message: Signal) -> None:
    """Call this process's subscribers and publish to the others. A failure of Redis is only logged."""
    global _publishing  # noqa: PLW0603 the event loop only keeps a weak reference
    failpoint.hit("notify")
    for subscriber in subscribers:
        subscriber(message)
    is_first = not _pending
    _pending[message.thread] = _merge(_pending.get(message.thread), message)
    left = _paused_until - monotonic()
    if left <= 0:
        await _publish_pending()
    elif is_first:
        _publishing = asyncio.create_task(_publish_after(left))


def _merge(former: Signal | None, message: Signal) -> Signal:
    if former is None:
        return message
    return Signal(
        message.thread,
        max(former.seq, message.seq),
        former.scores or message.scores,
        former.notifications or message.notifications,
        former.queue or message.queue,
    )


async def flush() -> None:
    """Wait until what is pending is published: to be called before the client of Redis is closed."""
    if _publishing is not None:
        await _publishing


async def _publish_after(seconds: float) -> None:
    await asyncio.sleep(seconds)
    await _publish_pending()


async def _publish_pending() -> None:
    global _paused_until  # noqa: PLW0603 one pause for the process
    signals = list(_pending.values())
    _pending.clear()
    _paused_until = monotonic() + PAUSE_SECONDS
    if signals:
        await publish(msgspec.json.encode(signals))
