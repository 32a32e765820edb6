"""Telling moderators who have the queue open that something about it changed."""

from parley.core.db import when_committed
from parley.core.events.notify import Signal, notify


async def notify_queue() -> None:
    """Have every open queue look again, once what was written is committed."""
    await when_committed(lambda: notify(Signal(0, queue=True)))
