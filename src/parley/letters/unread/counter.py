"""The numbers of unread notifications and comments in the masthead. A member's page costs a query each, others nothing.

Each process caches a member's number of comments for ten seconds, or until the member's next write or visit.
"""

from collections.abc import Awaitable, Sequence

from litestar.types import ASGIApp, Receive, Scope, Send

from parley.letters.notifications import counts as notifications
from parley.letters.unread import queries
from parley.people.accounts.viewer import Viewer
from parley.platform.cache import MicroCache
from parley.platform.db.outages import OUTAGES
from parley.platform.errors import Unavailable
from parley.platform.http.pages import pending_of

_notifications: MicroCache[int] = MicroCache("unread", 60.0)
_comments: MicroCache[int] = MicroCache("unread_comments", 10.0)


class UnreadCounter:
    """ASGI middleware that counts what waits for the viewer, once they are known."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        viewer: Viewer | None = scope.get("viewer")  # type: ignore[assignment]
        if viewer is not None and is_page(scope):
            # Never a number of comments from before the member's own last change.
            comments = _comments.get(viewer.id, lambda: queries.count(viewer.id), viewer.not_before)
            pending = pending_of(scope)
            pending["notifications"] = await _or_none(_count_notifications(viewer.id, scope))
            # 100 means more than 99.
            pending["comments"] = await _or_none(comments)
        await self.app(scope, receive, send)


async def _count_notifications(member: int, scope: Scope) -> int:
    """Return the number now; for forms up to a minute ago, since most answers to them show none."""
    if scope.get("method") == "GET":
        return await notifications.unread(member)
    return await _notifications.get(member, lambda: notifications.unread(member))


async def _or_none(count: Awaitable[int]) -> int:
    """Return 0 if the database cannot be reached. If the page needs it, it shows the error itself."""
    try:
        return await count
    except (Unavailable, *OUTAGES):
        return 0


async def forget_count(member: int, thread: int, read: Sequence[int]) -> None:  # noqa: ARG001 a hook
    """Remove the member's number of comments from this process's cache, so that the next page counts again."""
    _comments.drop(member)


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
