"""What a member is told, before they write, where they have to wait; moderation knows it."""

from collections.abc import Awaitable, Callable

from parley.core.http.access import VERIFIED, Viewer
from parley.core.settings import settings
from parley.threads.queries import ThreadRow

# What makes a member wait in a thread, in answering one comment of it or (None) the article. hooks.py fills this in.
Ask = Callable[[Viewer, ThreadRow, int | None], Awaitable[str | None]]
wait_of: list[Ask] = []


async def wait_here(viewer: Viewer | None, thread: ThreadRow, parent: int | None = None) -> str | None:
    """How long `viewer` still has to wait, and why; None for staff, and for whoever cannot write here anyway."""
    if viewer is None or viewer.standing is not VERIFIED or thread.state != "open" or not settings().limits:
        return None
    found = [text for ask in wait_of if (text := await ask(viewer, thread, parent))]
    return " ".join(found) or None
