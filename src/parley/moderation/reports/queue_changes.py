"""Notifying open queue pages of changes."""

from parley.platform.db import when_committed
from parley.platform.events.notify import Signal, notify


async def notify_queue() -> None:
    """Have all open queue pages update after the commit."""
    await when_committed(lambda: notify(Signal(0, queue=True)))
