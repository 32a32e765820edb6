"""Telling moderators who have the queue open that something about it changed."""

from parley.core.db import when_committed
from parley.core.nudges import Nudge, nudge


async def stir() -> None:
    """Have every open queue look again, once what was written is committed."""
    await when_committed(lambda: nudge(Nudge(0, queue=True)))
