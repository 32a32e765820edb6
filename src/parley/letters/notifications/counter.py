"""The counter of unread notifications in the masthead. It costs one query per page for a member, and nothing else."""

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.letters.notifications import queries
from parley.platform.cache import MicroCache
from parley.platform.errors import Unavailable
from parley.platform.http.access import Viewer
from parley.platform.http.failures import OUTAGES

# Forms use a cached number: most answers to them have no counter, so a vote need not cost a query.
CACHE_SECONDS = 60.0
_cache: MicroCache[int] = MicroCache("unread", CACHE_SECONDS)


class NotificationCounter:
    """ASGI middleware that sets the viewer's number of unread notifications, once the viewer is known."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        viewer: Viewer | None = scope.get("viewer")  # type: ignore[assignment]
        if viewer is not None and is_page(scope):
            unread = await _unread(viewer.id, fresh=scope.get("method") == "GET")
            scope["viewer"] = msgspec.structs.replace(viewer, unread_notifications=unread)  # type: ignore[typeddict-unknown-key]
        await self.app(scope, receive, send)


async def _unread(member: int, *, fresh: bool) -> int:
    """Return the number of unread notifications, now or, unless `fresh`, up to CACHE_SECONDS ago."""
    try:
        return await (queries.unread(member) if fresh else _cache.get(member, lambda: queries.unread(member)))
    except (Unavailable, *OUTAGES):
        # If the page needs the database, it shows the error itself.
        return 0


def is_page(scope: Scope) -> bool:
    """Whether the answer may be a whole page, rather than a fragment, a file, a stream or a beacon.

    Forms count too: if one is refused, the answer is a page with the counter.
    """
    headers = dict(scope["headers"])
    return (
        scope.get("method") in {"GET", "POST"}
        and b"hx-request" not in headers
        and headers.get(b"sec-fetch-dest", b"document") == b"document"
    )
