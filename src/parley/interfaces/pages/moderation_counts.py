"""The numbers of items and appeals that wait for a moderator, in each page and every few seconds."""

from typing import Any

from litestar import Response, get
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.letters.notifications.counter import is_page
from parley.moderation.appeals import queries as appeals
from parley.moderation.modqueue import queries as modqueue
from parley.people.accounts.viewer import Viewer, staff
from parley.platform.cache import MicroCache
from parley.platform.db.outages import OUTAGES
from parley.platform.errors import Unavailable
from parley.platform.http.access import MODERATOR, AnyRequest
from parley.platform.http.pages import came_from, fragment, pending_of

CACHE_SECONDS = 5.0
_cache: MicroCache[tuple[int, int]] = MicroCache("moderation_counts", CACHE_SECONDS)


class ModerationCounter:
    """ASGI middleware that counts what waits for the viewer, if they moderate."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        viewer: Viewer | None = scope.get("viewer")  # type: ignore[assignment]
        if viewer is not None and viewer.access >= MODERATOR and is_page(scope):
            pending = pending_of(scope)
            pending["queue"], pending["appeals"] = await _cached_counts(viewer)
        await self.app(scope, receive, send)


async def _cached_counts(viewer: Viewer) -> tuple[int, int]:
    """Return the counts, not from before the moderator's last change."""
    try:
        return await _cache.get(viewer.id, lambda: _count(viewer), viewer.not_before)
    except (Unavailable, *OUTAGES):
        # If the page needs the database, it shows the error itself.
        return 0, 0


async def _count(viewer: Viewer) -> tuple[int, int]:
    return (await modqueue.waiting(viewer.id)).count, (await appeals.count_waiting(viewer)).for_viewer


@get("/mod/waiting", name="moderation:waiting", opt={"who": MODERATOR})
async def waiting(request: AnyRequest) -> Response[Any]:
    """Show these numbers in the masthead and, on pages of the workbench, in its menu."""
    queued, appealed = await _count(staff(request))
    in_menu = f"{came_from(request)}/".startswith("/mod/")
    return fragment(request, "moderation/modqueue/_waiting.html", queued=queued, appealed=appealed, in_menu=in_menu)


handlers: list[object] = [waiting]
