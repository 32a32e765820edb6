"""Middleware that finds the member of a discussion in a publisher's page.

Below /embed/, only the embed's own cookie signs a member in, and only on the site for which it was set. The session of
our own pages does not count there, even if the browser sends its cookie.
"""

from time import monotonic
from urllib.parse import parse_qs

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.people.accounts import sessions, tokens
from parley.people.accounts.middleware import as_viewer
from parley.people.accounts.viewer import Viewer
from parley.platform.db.outages import OUTAGES
from parley.platform.errors import Unavailable
from parley.platform.http import cookies

PATH = "/embed/"
# This page is opened in a window of its own, and uses the session of our own pages.
SIGN_IN = "/embed/login"


class EmbedSessions:
    """Sets scope["viewer"] to the member of the embed session, for all pages below /embed/ except the sign-in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["path"].startswith(PATH) and scope["path"] != SIGN_IN:
            scope["viewer"] = await _viewer(scope)  # type: ignore[typeddict-unknown-key]
        await self.app(scope, receive, send)


async def _viewer(scope: Scope) -> Viewer | None:
    digest = tokens.digest(cookies.read(scope, cookies.name("embed")) or "")
    if digest is None:
        return None
    [site] = parse_qs(scope["query_string"].decode("latin-1")).get("site", [""])[:1]
    if not site:
        return None
    try:
        member = await sessions.find(digest, site)
    except (Unavailable, *OUTAGES):
        return None
    # Staff only have the rights of members here, so that no page of another site can lead them to moderate.
    return as_viewer(msgspec.structs.replace(member, role="member"), monotonic()) if member else None


def cookie(token: str) -> str:
    """The `Set-Cookie` header of a session in a publisher's page. An empty token deletes the cookie.

    `Partitioned` makes the browser keep one for each publisher, so blocking third-party cookies does not block it.
    Browsers treat localhost as secure.
    """
    age = int(sessions.LASTS_EMBEDDED.total_seconds()) if token else 0
    return f"{cookies.name('embed')}={token}; Path=/; Max-Age={age}; Secure; HttpOnly; SameSite=None; Partitioned"
