"""Middleware that finds the member of a discussion in a publisher's page.

Below /embed/, only the embed's own cookie signs a member in, and only on the site for which it was set. The session of
our own pages does not count there, even if the browser sends its cookie.
"""

from time import monotonic
from urllib.parse import parse_qs

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.interfaces.embed import queries
from parley.interfaces.embed.rules import KEY, SiteRow, framed_by
from parley.people.accounts import sessions, tokens
from parley.people.accounts.middleware import as_viewer
from parley.people.accounts.viewer import Viewer
from parley.platform.cache import PAGE_SECONDS, MicroCache
from parley.platform.db.outages import OUTAGES
from parley.platform.errors import NotFound, Unavailable
from parley.platform.http import cookies
from parley.platform.http.failures import ErrorPage

PATH = "/embed/"
# This page is opened in a window of its own, and uses the session of our own pages.
SIGN_IN = "/embed/login"


ERROR_PAGE = "interfaces/embed/refused.html"
_sites: MicroCache[SiteRow] = MicroCache("embed sites", PAGE_SECONDS, size=lambda _: 500, keep_seconds=3_600)


class EmbedSessions:
    """Sets scope["viewer"] to the member of the embed session, for all pages below /embed/ except the sign-in.

    Their error pages may be shown in the site's pages too: browsers show another page in the place of a frame that they
    refuse, in which nothing can be done.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["path"].startswith(PATH) and scope["path"] != SIGN_IN:
            key = _site_key(scope)
            scope["viewer"] = await _viewer(scope, key)  # type: ignore[typeddict-unknown-key]
            site = await _site(key)
            if site is not None:
                page = ErrorPage(ERROR_PAGE, {"Content-Security-Policy": framed_by(site.origins)}, {"site_row": site})
                scope["error_page"] = page  # type: ignore[typeddict-unknown-key]
        await self.app(scope, receive, send)


def _site_key(scope: Scope) -> str:
    return parse_qs(scope["query_string"].decode("latin-1")).get("site", [""])[0]


async def _site(key: str) -> SiteRow | None:
    """The site of a request; as it was known before while the database does not answer."""
    if not KEY.fullmatch(key):
        return None
    try:
        return await _sites.get(key, lambda: queries.site(key))
    except NotFound:
        return None
    except (Unavailable, *OUTAGES):
        return _sites.former(key)


async def _viewer(scope: Scope, site: str) -> Viewer | None:
    digest = tokens.digest(cookies.read(scope, cookies.name("embed")) or "")
    if digest is None:
        return None
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
