"""Who may enter a route. Every route says so (`opt={"who": …}`); one that does not lets nobody in."""

from contextlib import suppress
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, cast

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler

from parley.core.db import replica, waiters
from parley.core.db.waiters import Urgency
from parley.core.errors import Forbidden, NotFound, ParleyError, SignInNeeded
from parley.core.http.forms import posted
from parley.core.observability import load_shedding

AnyRequest = Request[Any, Any, Any]
# A refused form up to this size is read, so that the page of the error can show what was typed: the longest comment.
KEPT_BYTES = 500_000


class Who(IntEnum):
    """Least standing that a route asks for, in rising order."""

    ANYONE = 0
    MEMBER = 1
    VERIFIED = 2
    MODERATOR = 3
    ADMIN = 4


ANYONE, MEMBER, VERIFIED, MODERATOR, ADMIN = Who


class Viewer(msgspec.Struct, frozen=True):
    """The signed-in member who makes the request. A visitor is None."""

    id: int
    name: str
    role: str
    verified: bool
    session: int
    state: str = "active"
    # Until when they are silenced, None for good; and why, in the words of the decision.
    until: datetime | None = None
    why: str = ""
    # What to do with comments written with AI assistance: `show`, `collapse` or `hide`.
    assisted: str = "show"
    # The names of those whose comments this viewer does not want to read, muted or blocked.
    muted: frozenset[str] = frozenset()
    # The ids of those of them who are blocked: their words never reach this viewer.
    blocked: frozenset[int] = frozenset()
    # Nothing that this process read before this moment of its monotonic clock is shown to them.
    not_before: float = 0.0
    # How many notifications they have to read; known on whole pages only.
    unread: int = 0

    @property
    def silenced(self) -> bool:
        """Whether they may read and appeal, and nothing else, at this moment."""
        return self.state == "silenced" and (self.until is None or self.until > datetime.now(UTC))

    @property
    def standing(self) -> Who:
        if self.silenced:
            return MEMBER
        if self.role == "admin":
            return ADMIN
        if self.role == "moderator":
            return MODERATOR
        return VERIFIED if self.verified else MEMBER


def viewer_of(connection: ASGIConnection) -> Viewer | None:  # type: ignore[type-arg]
    """The viewer that the session middleware found, or None for a visitor."""
    viewer: Viewer | None = connection.scope.get("viewer")  # type: ignore[assignment]
    return viewer


def address_of(connection: ASGIConnection) -> str:  # type: ignore[type-arg]
    """The client's address as the server tells it; no header of the client's is believed."""
    return connection.client.host if connection.client else ""


def may_write(viewer: Viewer) -> None:
    """Raise Forbidden for whoever is silenced, with what they need to know of it."""
    if viewer.silenced:
        until = f"until {viewer.until:%-d %B %Y, %H:%M} UTC" if viewer.until else "any more"
        why = f" The reason: {viewer.why}" if viewer.why else ""
        raise Forbidden(
            f"You cannot write or vote {until}.{why} You can read the decision and appeal in your settings."
        )


def _take_place(connection: ASGIConnection, handler: BaseRouteHandler, viewer: Viewer | None) -> None:  # type: ignore[type-arg]
    """Say how urgent this request is where there is more to do than can be done. Raises Busy when it gives way."""
    reading = handler.opt.get("reading")
    if viewer and viewer.standing >= MODERATOR:
        waiters.set_urgency(Urgency.STAFF)
    elif isinstance(connection, Request) and connection.method == "POST":
        waiters.set_urgency(Urgency.FORMS)
    elif viewer:
        waiters.set_urgency(Urgency.MEMBERS)
        if reading:
            load_shedding.shed("members")
    else:
        waiters.set_urgency(Urgency.VISITORS)
        if reading:
            load_shedding.shed("visitors")
            replica.allow()


async def entrance(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """The guard of all routes. A form is read only from who may send it.

    Raises SignInNeeded for visitors, Forbidden for unverified members, NotFound where only staff may look.
    """
    has_form = isinstance(connection, Request) and connection.method == "POST" and not handler.opt.get("any_body")
    try:
        _check(connection, handler)
    except Exception:
        if has_form:
            await _keep_text(cast("AnyRequest", connection))
        raise
    if has_form:
        # Read before the handler can fail, so that what was typed is never lost.
        await posted(cast("AnyRequest", connection))


async def _keep_text(request: AnyRequest) -> None:
    """Read a short form that is refused, to show its sender what they typed; a longer one stays unread."""
    if (request.content_length or KEPT_BYTES + 1) > KEPT_BYTES:
        request.scope["unread_form"] = True  # type: ignore[typeddict-unknown-key]
        return
    with suppress(ParleyError, HTTPException):
        await posted(request)


def _check(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Raise what `entrance` raises where this viewer may not enter."""
    who = handler.opt.get("who")
    viewer = viewer_of(connection)
    _take_place(connection, handler, viewer)
    standing = viewer.standing if viewer else ANYONE
    if who is not None and standing >= who:
        return
    if (unknown := connection.scope.get("viewer_unknown")) is not None:
        # The database could not say who this is: that is no reason to tell a member to sign in.
        raise unknown  # type: ignore[misc]
    if who is None or who >= MODERATOR:
        raise NotFound("There is no page at this address.")
    if viewer is None:
        raise SignInNeeded("Only members can do this. Please sign in, or sign up: it takes a minute.")
    may_write(viewer)
    raise Forbidden("Please confirm your e-mail address first: open the link in the mail we sent you.")


def staff(request: AnyRequest) -> Viewer:
    """The moderator on a page that only staff reach."""
    viewer = viewer_of(request)
    if viewer is None:
        raise NotFound("There is no page at this address.")
    return viewer


def member_of(request: AnyRequest) -> Viewer:
    """The viewer, where the route lets nobody else in."""
    viewer = viewer_of(request)
    if viewer is None:
        raise SignInNeeded("Please sign in.")
    return viewer


def signed_in(request: AnyRequest) -> Viewer:
    """The viewer of a route that only members enter."""
    viewer = viewer_of(request)
    if viewer is None:
        raise SignInNeeded("Please sign in.")
    return viewer
