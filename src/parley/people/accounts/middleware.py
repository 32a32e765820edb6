"""Middleware that finds the viewer: the member whose session's cookie a request carries.

Nothing is read for a request without this cookie, and visitors are never given one.
"""

from time import monotonic

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.people.accounts import consistency, sessions, tokens, viewer_cache
from parley.people.accounts.sessions import ViewerRow
from parley.people.accounts.viewer_cache import CachedViewer
from parley.platform.errors import Unavailable
from parley.platform.http import cookies
from parley.platform.http.access import Viewer
from parley.platform.http.failures import OUTAGES
from parley.platform.http.problems import is_api


class ViewerMiddleware:
    """Sets scope["viewer"] to the member who makes the request, or to None."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            # The API knows its callers by their tokens alone (api/authentication.py), so no page can act through it.
            token = None if is_api(scope) else cookies.read(scope, sessions.cookie_name())
            try:
                viewer = await _viewer(token, scope) if token else None
            except (Unavailable, *OUTAGES) as error:
                # Pages for visitors can still be served; `check_access` refuses the others with this error.
                viewer = None
                scope["viewer_unknown"] = error  # type: ignore[typeddict-unknown-key]
            scope["viewer"] = viewer  # type: ignore[typeddict-unknown-key]
            if viewer is not None and scope["method"] == "POST":
                send = consistency.sets_token(scope, send)
        await self.app(scope, receive, send)


async def _viewer(token: str, scope: Scope) -> Viewer | None:
    digest = tokens.digest(token)
    if digest is None:
        return None
    consistency_token = consistency.valid(cookies.read(scope, consistency.cookie_name()))
    now, cache = monotonic(), viewer_cache.current()
    cached = cache.get(digest)
    if cached is not None and cached.expires > now and consistency_token in (None, cached.token):
        return cached.viewer
    member = await sessions.find(digest)
    if member is None:
        cache.drop(digest)
        return None
    viewer = as_viewer(member, not_before=_not_before(consistency_token, cached, now))
    # The key is the session alone: made-up consistency tokens cannot fill the cache.
    cache.put(digest, CachedViewer(viewer, now + viewer_cache.CACHE_SECONDS, consistency_token))
    return viewer


def _not_before(consistency_token: str | None, cached: CachedViewer | None, now: float) -> float:
    """Return when this process met the token first: what it cached since then has all that its member changed."""
    if consistency_token is None:
        return 0.0
    return cached.viewer.not_before if cached is not None and cached.token == consistency_token else now


def as_viewer(row: ViewerRow, not_before: float) -> Viewer:
    """Return the member of a session as the viewer of a request."""
    return Viewer(
        id=row.member,
        name=row.name,
        role=row.role,
        verified=row.state != "unverified",
        session=row.id,
        state=row.state,
        awaits_approval=row.awaits_approval,
        needs_factor=row.needs_factor,
        until=row.state_until,
        why=row.state_reason,
        assisted=row.assisted,
        density=row.density,
        legend=row.legend,
        marks=row.marks,
        muted=frozenset(row.muted),
        blocked=frozenset(row.blocked),
        not_before=not_before,
    )
