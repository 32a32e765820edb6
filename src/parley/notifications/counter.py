"""The counter of the masthead: a whole page for a member costs one query more, anything else none."""

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.core.cache import MicroCache
from parley.core.errors import Unavailable
from parley.core.http.access import Viewer
from parley.core.http.failures import OUTAGES
from parley.notifications import queries

# A form that is refused comes back with the number too, but few are: it need not cost every vote a query.
LATELY_SECONDS = 60.0
_lately: MicroCache[int] = MicroCache("unread", LATELY_SECONDS)


class Counter:
    """ASGI middleware, inside the one that finds the viewer: tells them how many notifications they have to read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        viewer: Viewer | None = scope.get("viewer")  # type: ignore[assignment]
        if viewer is not None and _is_page(scope):
            unread = await _unread(viewer.id, asks=scope.get("method") == "GET")
            scope["viewer"] = msgspec.structs.replace(viewer, unread=unread)  # type: ignore[typeddict-unknown-key]
        await self.app(scope, receive, send)


async def _unread(member: int, *, asks: bool) -> int:
    """How many they have to read: as it is now for whoever asks for a page, else as it was a moment ago."""
    try:
        return await (queries.unread(member) if asks else _lately.get(member, lambda: queries.unread(member)))
    except (Unavailable, *OUTAGES):
        # The page says what is wrong, if it needs the database at all.
        return 0


def _is_page(scope: Scope) -> bool:
    """Whether a browser asks for a page to show: neither a part of one, nor a file, a stream or a beacon.

    What is sent with a form counts too: where it is refused, the page that comes back shows the number as any other.
    """
    headers = dict(scope["headers"])
    return (
        scope.get("method") in {"GET", "POST"}
        and b"hx-request" not in headers
        and headers.get(b"sec-fetch-dest", b"document") == b"document"
    )
