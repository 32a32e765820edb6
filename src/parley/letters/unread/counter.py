"""The number of unread comments in the masthead.

Each process caches a member's number for ten seconds, or until the member's next write or visit.
"""

from collections.abc import Sequence

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.letters.notifications.counter import is_page
from parley.letters.unread import queries
from parley.platform.cache import MicroCache
from parley.platform.errors import Unavailable
from parley.platform.http.access import Viewer
from parley.platform.http.failures import OUTAGES

CACHE_SECONDS = 10.0
_cache: MicroCache[int] = MicroCache("unread_comments", CACHE_SECONDS)


class UnreadCounter:
    """ASGI middleware that sets the viewer's number of unread comments, once the viewer is known."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        viewer: Viewer | None = scope.get("viewer")  # type: ignore[assignment]
        if viewer is not None and is_page(scope):
            count = await _cached_count(viewer)
            scope["viewer"] = msgspec.structs.replace(viewer, unread_comments=count)  # type: ignore[typeddict-unknown-key]
        await self.app(scope, receive, send)


async def _cached_count(viewer: Viewer) -> int:
    """Return the number of unread comments, never one cached before the member's own last change.

    Return 0 if the database cannot be reached.
    """
    try:
        return await _cache.get(viewer.id, lambda: queries.count(viewer.id), viewer.not_before)
    except (Unavailable, *OUTAGES):
        # If the page needs the database, it shows the error itself.
        return 0


async def forget_count(member: int, thread: int, shown: Sequence[int] | None, seq: int) -> None:  # noqa: ARG001 a hook
    """Remove the member's number from this process's cache, so that the next page counts again."""
    _cache.drop(member)
