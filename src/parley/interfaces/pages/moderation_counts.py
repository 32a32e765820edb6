"""How much of each kind waits for a moderator, in each page and every few seconds."""

from typing import Any

from litestar import Response, get
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.letters.notifications.counter import is_page
from parley.moderation.modqueue import kinds
from parley.moderation.modqueue import queries as modqueue
from parley.people.accounts.viewer import Viewer, staff
from parley.platform.cache import MicroCache
from parley.platform.db.outages import OUTAGES
from parley.platform.errors import Unavailable
from parley.platform.http.access import ROOM_MODERATOR, AnyRequest
from parley.platform.http.pages import fragment, pending_of
from parley.platform.http.return_paths import came_from

CACHE_SECONDS = 5.0
_cache: MicroCache[dict[str, int]] = MicroCache("moderation_counts", CACHE_SECONDS)


class ModerationCounter:
    """ASGI middleware that counts what waits for the viewer, if they moderate."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        viewer: Viewer | None = scope.get("viewer")  # type: ignore[assignment]
        if viewer is not None and viewer.moderates and is_page(scope):
            pending = pending_of(scope)
            pending.update(await _cached_counts(viewer))
        await self.app(scope, receive, send)


async def _cached_counts(viewer: Viewer) -> dict[str, int]:
    """Return the counts, not from before the moderator's last change."""
    try:
        return await _cache.get(viewer.id, lambda: _count(viewer), viewer.not_before)
    except (Unavailable, *OUTAGES):
        # If the page needs the database, it shows the error itself.
        return {}


async def _count(viewer: Viewer) -> dict[str, int]:
    """Count what the viewer may decide: of each kind as `kind-` and its name, of everything as `queue`."""
    items, others = await modqueue.kind_counts(viewer.id), await kinds.counts(viewer)
    counts = {"kind-reported": items.reported, "kind-held": items.held, "kind-rights": items.rights}
    counts |= {f"kind-{row.kind}": row.count for row in others}
    return counts | {"queue": items.items + sum(row.count for row in others)}


@get("/mod/waiting", name="moderation:waiting", opt={"who": ROOM_MODERATOR})
async def waiting(request: AnyRequest) -> Response[Any]:
    """Show these numbers in the masthead and, on moderators' pages, in their tabs and the queue's filter."""
    counts, path = await _count(staff(request)), came_from(request)
    return fragment(
        request,
        "moderation/modqueue/_waiting.html",
        counts=counts,
        in_menu=f"{path}/".startswith("/mod/") or path.startswith("/mod?"),
        in_queue=path.startswith(("/mod/queue", "/mod/item/", "/mod/appeals/", "/mod/decision/")),
    )


handlers: list[object] = [waiting]
