"""Telling who watches a thread that it changed: this process at once, the others through Redis.

A nudge carries no facts. Whoever gets one reads PostgreSQL, so a lost nudge only delays.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from parley.core.redis import publish


class Nudge(msgspec.Struct, frozen=True, omit_defaults=True):
    """`thread` changed: `seq` is its newest event, `scores` says that votes were cast, `origin` who tells."""

    thread: int
    seq: int = 0
    scores: bool = False
    origin: str = ""


Listener = Callable[[Nudge], None]

listeners: list[Listener] = []


async def nudge(message: Nudge) -> None:
    """Tell this process's listeners, then everybody else's. Redis being away is only logged."""
    for listener in listeners:
        listener(message)
    payload: dict[str, Any] = msgspec.to_builtins(message)
    await publish(payload)
