"""Middleware that finds the viewer: the member whose session's cookie a request carries.

Nothing is read for a request without this cookie, and visitors are never given one.

Members read their own writes. Every process caches what it reads for a second, and what waits for moderators for five.
The answer to a member's form sets a cookie with a new random token, the consistency token, for a little longer. From
the moment at which a process first meets a token, it serves this member nothing that it cached before.
"""

import re
from secrets import token_urlsafe
from time import monotonic
from typing import Any

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from parley.people.accounts import sessions, tokens, viewer_cache
from parley.people.accounts.sessions import ViewerRow
from parley.people.accounts.viewer import Viewer
from parley.people.accounts.viewer_cache import CachedViewer
from parley.platform.db.outages import OUTAGES
from parley.platform.errors import Unavailable
from parley.platform.http import cookies
from parley.platform.http.problems import is_api

# Longer than any process caches what a member may have changed.
CONSISTENCY_SECONDS = 11
CONSISTENCY_COOKIE = "consistency"
CONSISTENCY_TOKEN = re.compile(r"[A-Za-z0-9_-]{16}")


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
                send = _setting_token(scope, send)
        await self.app(scope, receive, send)


async def _viewer(token: str, scope: Scope) -> Viewer | None:
    digest = tokens.digest(token)
    if digest is None:
        return None
    consistency_token = cookies.read(scope, cookies.name(CONSISTENCY_COOKIE))
    if consistency_token is not None and not CONSISTENCY_TOKEN.fullmatch(consistency_token):
        consistency_token = None
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
    """Return when this process first met the token: everything cached since then includes the member's changes."""
    if consistency_token is None:
        return 0.0
    return cached.viewer.not_before if cached is not None and cached.token == consistency_token else now


def as_viewer(row: ViewerRow, not_before: float) -> Viewer:
    """Return the member of a session as the viewer of a request."""
    return msgspec.structs.replace(msgspec.convert(row, Viewer, from_attributes=True), not_before=not_before)


def _setting_token(scope: Scope, send: Send) -> Send:
    """Wrap `send` so that the answer sets a new token. Routes with `opt={"without_token": True}` set none."""

    async def send_with_token(message: Message) -> None:
        # The route is only known once the request is handled.
        handler: Any = scope.get("route_handler")
        without_token = handler is not None and handler.opt.get("without_token")
        if message["type"] == "http.response.start" and not without_token:
            cookie = cookies.make(CONSISTENCY_COOKIE, token_urlsafe(12), CONSISTENCY_SECONDS).to_header(header="")
            message["headers"] = [*message.get("headers", ()), (b"set-cookie", cookie.encode("latin-1"))]
        await send(message)

    return send_with_token
