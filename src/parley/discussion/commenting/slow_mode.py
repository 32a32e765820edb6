"""How long a member has to wait before they can comment, as shown before they write. hooks.py says who knows."""

from collections.abc import Awaitable, Callable

from parley.discussion.threads.queries import ThreadRow
from parley.platform.http.access import VERIFIED, Viewer
from parley.platform.settings import settings
from parley.platform.text.messages import Message, join

# Functions that return why and how long a member has to wait before they can reply to a comment or, without one, to the
# article; None if they need not. hooks.py registers them.
WaitOf = Callable[[Viewer, ThreadRow, int | None], Awaitable[Message | None]]
wait_of: list[WaitOf] = []


async def wait_here(viewer: Viewer | None, thread: ThreadRow, parent: int | None = None) -> Message | None:
    """Return how long `viewer` still has to wait, and why; None for staff and for viewers who cannot write here."""
    if viewer is None or viewer.access is not VERIFIED or thread.state != "open" or not settings().limits:
        return None
    texts = [text for wait in wait_of if (text := await wait(viewer, thread, parent))]
    return join(" ", texts) if texts else None
