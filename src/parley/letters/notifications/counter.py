"""The number beside *For you* in the masthead, which comes with the session while it holds."""

from litestar.types import ASGIApp, Receive, Scope, Send

from parley.letters.notifications import counts
from parley.people.accounts.viewer import Viewer
from parley.platform.db.outages import OUTAGES
from parley.platform.errors import Unavailable
from parley.platform.http.pages import pending_of


class UnreadCounter:
    """ASGI middleware that counts what waits for the viewer, once they are known."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        viewer: Viewer | None = scope.get("viewer")  # type: ignore[assignment]
        if viewer is not None and is_page(scope):
            pending_of(scope)["for_you"] = await _unread(viewer, scope)
        await self.app(scope, receive, send)


async def _unread(viewer: Viewer, scope: Scope) -> int:
    """Return the number now, for forms as it was last counted; 0 if the database cannot be reached.

    If the page needs it, it shows the error itself. Counting takes longer than storing a comment, and most answers to
    forms show no number.
    """
    if viewer.unread is not None:
        return viewer.unread
    try:
        if scope.get("method") == "GET":
            return await counts.unread(viewer.id)
        return await counts.last_counted(viewer.id)
    except (Unavailable, *OUTAGES):
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
