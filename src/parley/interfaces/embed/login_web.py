"""Signing in from a publisher's page, in a window of our own.

This is the authorization code flow with PKCE (RFC 7636). The frame opens the window with a challenge. The member
agrees, and the window sends a code to the frame, in a message that only a page of our origin receives. The frame
exchanges the code and its verifier for a session. The publisher's page sees none of this, and no third-party cookie is
needed.
"""

import re
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from parley.interfaces.embed import ops, queries
from parley.interfaces.embed.forms import SessionForm
from parley.interfaces.embed.middleware import cookie
from parley.interfaces.embed.rules import SiteRow
from parley.people.accounts import sessions
from parley.people.accounts.viewer import signed_in, viewer_of
from parley.people.sign_in.web.common import client_of
from parley.platform.errors import BadRequest, ParleyError, Refused
from parley.platform.http.access import ANYONE, MEMBER, AnyRequest
from parley.platform.http.forms import posted_fields
from parley.platform.http.pages import page
from parley.platform.settings import settings
from parley.platform.text.messages import N_

# A SHA-256 hash in base64url.
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
# A random value by which the frame recognises the message of its window.
STATE = re.compile(r"[A-Za-z0-9_-]{16,64}")
NOT_OPENED = N_("This window belongs to a discussion on another site. Please open it from there.")


class NotSignedIn(ParleyError):
    """The frame has no session. SignInNeeded would redirect to a page that may not be shown in a frame."""

    status = 401
    title = N_("Please sign in")


@get("/embed/login", name="embed:sign-in", opt={"who": ANYONE})
async def ask(request: AnyRequest, site: FromQuery[str] = "", challenge: FromQuery[str] = "") -> Response[Any]:
    """Ask the member for consent to be signed in on a site. Visitors are sent to the sign-in page first."""
    site_row, state = await queries.site(site), _state(request)
    _check(challenge)
    if viewer_of(request) is None:
        here = f"/embed/login?site={site}&challenge={challenge}&state={state}"
        return _to_sign_in(request, site_row, quote(here))
    return page(request, "interfaces/embed/login.html", site_row=site_row, code="", state=state)


def _to_sign_in(request: AnyRequest, site: SiteRow, next_url: str) -> Response[Any]:
    """Lead to our sign-in, or let readers of a site with accounts of its own choose between both."""
    provider = settings().providers.get(site.provider)
    if provider is None:
        return Redirect(f"/login?next={next_url}", status_code=303)
    theirs = f"/sso/{site.provider}?next={next_url}"
    ours = f"/login?next={next_url}"
    return page(
        request, "interfaces/embed/choose.html", site_row=site, provider=provider.name, theirs=theirs, ours=ours
    )


@post("/embed/login", opt={"who": MEMBER}, status_code=200)
async def allow(request: AnyRequest, site: FromQuery[str] = "", challenge: FromQuery[str] = "") -> Response[Any]:
    """Show the page that sends the code to the frame. An address would keep the code in the browser's history."""
    site_row, state = await queries.site(site), _state(request)
    _check(challenge)
    code = await ops.allow(signed_in(request), site_row, challenge)
    headers = {"Cache-Control": "no-store"}
    return page(request, "interfaces/embed/login.html", headers=headers, site_row=site_row, code=code, state=state)


def _check(challenge: str) -> None:
    if not CHALLENGE.fullmatch(challenge):
        raise BadRequest(NOT_OPENED)


def _state(request: AnyRequest) -> str:
    """The `state` of the address. A parameter of this name would be the state of the application for Litestar."""
    state = request.query_params.get("state", "")
    if not STATE.fullmatch(state):
        raise BadRequest(NOT_OPENED)
    return state


@post("/embed/session", name="embed:start-session", opt={"who": ANYONE}, status_code=204)
async def start_session(request: AnyRequest, site: FromQuery[str] = "") -> Response[None]:
    """Exchange a code for a session in this site's pages."""
    site_row, form = await queries.site(site), SessionForm(await posted_fields(request))
    if form.errors:
        raise BadRequest(N_("This sign-in could not be read. Please sign in again."))
    client = client_of(request)
    token = await ops.sign_in(site_row, form.code, form.verifier, agent=client.agent, address=client.address)
    return Response(None, status_code=204, headers={"Set-Cookie": cookie(token)})


@get("/embed/session", name="embed:session", opt={"who": ANYONE}, status_code=204)
async def session(request: AnyRequest, site: FromQuery[str] = "") -> None:
    """Answer 204 to a frame that is signed in, and 401 where the browser did not keep the cookie."""
    await queries.site(site)
    if viewer_of(request) is None:
        raise NotSignedIn(N_("Please sign in."))


@post("/embed/session/end", name="embed:end-session", opt={"who": ANYONE})
async def end_session(request: AnyRequest, site: FromQuery[str] = "", back: FromQuery[str] = "") -> Redirect:
    """End the session in this site's pages, and show the panel again."""
    site_row, viewer = await queries.site(site), viewer_of(request)
    if viewer is not None:
        await sessions.end(viewer.session, viewer.id)
    path = back if back.startswith(("/embed/t/", "/embed/new")) and back.isprintable() else None
    if path is None:
        raise Refused(N_("You are signed out on {site}."), site=site_row.name)
    return Redirect(path, status_code=303, headers={"Set-Cookie": cookie("")})


handlers: list[object] = [ask, allow, start_session, session, end_session]
