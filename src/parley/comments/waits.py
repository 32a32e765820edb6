"""What a member is told, before they write, where they have to wait; moderation knows it."""

from collections.abc import Awaitable, Callable

from parley.core.access import Viewer
from parley.threads.queries import ThreadRow

# What slows a member in a thread, in answering one comment of it or (None) the article. features.py fills this in.
Ask = Callable[[Viewer, int, int | None], Awaitable[str | None]]
wait_of: list[Ask] = []


async def wait_here(viewer: Viewer | None, thread: ThreadRow, parent: int | None = None) -> str | None:
    """How long `viewer` still has to wait, and why; asks nothing unless the thread is slowed."""
    if viewer is None or not thread.is_slowed:
        return None
    found = [text for ask in wait_of if (text := await ask(viewer, thread.id, parent))]
    return " ".join(found) or None
