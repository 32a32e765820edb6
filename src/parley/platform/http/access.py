"""Access to routes. Every route states who may use it (`opt={"who": …}`); without that nobody may."""

from contextlib import suppress
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, NoReturn, cast

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler

from parley.platform.db import pool, replica
from parley.platform.db.pool import Urgency
from parley.platform.errors import FactorNeeded, Forbidden, NotFound, ParleyError, SignInNeeded
from parley.platform.http.forms import posted_fields
from parley.platform.limit import Use
from parley.platform.observability import load_shedding
from parley.platform.ratelimit import FORM_ACCOUNT, each, take_all
from parley.platform.text.formats import clock
from parley.platform.text.messages import N_, join

AnyRequest = Request[Any, Any, Any]
# A refused form up to this size (the longest comment) is read, so that the error page can show what was typed.
KEPT_BYTES = 500_000
SIGN_IN = N_("Only members can do this. Please sign in, or sign up: it takes a minute.")


class Access(IntEnum):
    """The access levels of viewers, in rising order; a route states the lowest that may use it."""

    ANYONE = 0
    MEMBER = 1
    VERIFIED = 2
    # A moderator of rooms, who sees and decides only there (discussion/threads/rooms.py).
    ROOM_MODERATOR = 3
    MODERATOR = 4
    ADMIN = 5


ANYONE, MEMBER, VERIFIED, ROOM_MODERATOR, MODERATOR, ADMIN = Access


class Principal(msgspec.Struct, frozen=True):
    """Who makes the request, and what they may do. A visitor is None."""

    id: int
    name: str
    role: str
    verified: bool
    session: int
    state: str = "active"
    # They have confirmed their address, and wait for a moderator to approve their account.
    awaits_approval: bool = False
    # When the silence ends (None: never), and the reason in the words of the decision.
    until: datetime | None = None
    why: str = ""
    # Staff who have no second factor yet though they need one: their role here is `member`.
    needs_factor: bool = False
    # The slugs of the topics that they moderate.
    rooms: frozenset[str] = frozenset()
    # A monotonic time: what this process cached before it is not shown to them.
    not_before: float = 0.0

    @property
    def silenced(self) -> bool:
        """Whether they may only read and appeal now."""
        return self.state == "silenced" and (self.until is None or self.until > datetime.now(UTC))

    @property
    def has_confirmed_address(self) -> bool:
        return self.verified or self.awaits_approval

    @property
    def access(self) -> Access:
        if self.silenced:
            return MEMBER
        if self.role == "admin":
            return ADMIN
        if self.role == "moderator":
            return MODERATOR
        if self.rooms and self.verified:
            return ROOM_MODERATOR
        return VERIFIED if self.verified else MEMBER

    @property
    def is_staff(self) -> bool:
        """Whether they moderate the whole site."""
        return self.access >= MODERATOR

    @property
    def moderates(self) -> bool:
        """Whether they moderate anything."""
        return self.access >= ROOM_MODERATOR

    def moderates_in(self, topic: str | None) -> bool:
        """Whether they moderate the threads of this topic."""
        return self.access >= MODERATOR or (self.access == ROOM_MODERATOR and topic in self.rooms)


def principal_of(connection: ASGIConnection) -> Principal | None:  # type: ignore[type-arg]
    """Return whom the session middleware found, or None for a visitor."""
    principal: Principal | None = connection.scope.get("viewer")  # type: ignore[assignment]
    return principal


def address_of(connection: ASGIConnection) -> str:  # type: ignore[type-arg]
    """Return the client's address as the web server reports it. Headers are not trusted."""
    client = connection.scope["client"]
    return client[0] if client else ""


def header_of(connection: ASGIConnection, name: bytes) -> str:  # type: ignore[type-arg]
    """Return one header, or "". Litestar's `headers` decodes and indexes all of them first."""
    return next((value for header, value in connection.scope["headers"] if header == name), b"").decode("latin-1")


def require_write_allowed(viewer: Principal) -> None:
    """Raise Forbidden for a silenced member, with the reason and the end of the silence."""
    if viewer.silenced:
        until = viewer.until
        parts = [
            N_("You cannot write or vote until {day}, {time}.").format(day=until, time=clock(until))
            if until
            else N_("You cannot write or vote any more."),
            *([N_("The reason: {reason}").format(reason=viewer.why)] if viewer.why else []),
            N_("You can read the decision and appeal in your settings."),
        ]
        raise Forbidden(join(" ", parts))


def refuse_unverified(viewer: Principal) -> NoReturn:
    """Raise Forbidden for a member who may not write yet, with what has to happen first."""
    if viewer.awaits_approval:
        raise Forbidden(
            N_("Your address is confirmed. A moderator still has to approve your account: until then you can read.")
        )
    raise Forbidden(N_("Please confirm your e-mail address first: open the link in the mail we sent you."))


def require_confirmed_address(viewer: Principal) -> None:
    """Raise Forbidden for a member who has not confirmed their address, which may be another person's."""
    if not viewer.has_confirmed_address:
        refuse_unverified(viewer)


def _prioritise(connection: ASGIConnection, handler: BaseRouteHandler, viewer: Principal | None) -> None:  # type: ignore[type-arg]
    """Set the urgency of this request. Raises Busy when load shedding or http/members_first.py refuses it."""
    if (busy := connection.scope.get("busy")) is not None:
        raise busy  # type: ignore[misc]
    reading = handler.opt.get("reading")
    if viewer and viewer.moderates:
        pool.set_urgency(Urgency.STAFF)
    elif isinstance(connection, Request) and connection.method == "POST":
        pool.set_urgency(Urgency.FORMS)
    elif viewer:
        pool.set_urgency(Urgency.MEMBERS)
        if reading:
            load_shedding.shed("members")
    else:
        pool.set_urgency(Urgency.VISITORS)
        if reading:
            load_shedding.shed("visitors")
            replica.allow()


async def check_access(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Guard all routes. A form is only read if the viewer may send it.

    A route states a further check in `opt={"check": …}`, not as a guard: for every route with a guard of its own,
    Litestar would copy the handler.

    Raises SignInNeeded for visitors, Forbidden for unverified or silenced members, NotFound on pages of the staff, and
    TooMany where somebody sends forms without end.
    """
    has_form = isinstance(connection, Request) and connection.method == "POST" and not handler.opt.get("any_body")
    try:
        _check(connection, handler)
        if has_form:
            await _count(connection, handler, principal_of(connection))
    except Exception:
        if has_form:
            await _keep_text(cast("AnyRequest", connection))
        raise
    if has_form:
        # Read it before the handler can fail, so that the error page can show what was typed.
        await posted_fields(cast("AnyRequest", connection))
    if (check := handler.opt.get("check")) is not None:
        await check(connection, handler)


async def _count(connection: ASGIConnection, handler: BaseRouteHandler, viewer: Principal | None) -> None:  # type: ignore[type-arg]
    """Count a form of a member, also against the limits that its route states (`opt={"limits": …}`).

    The forms of visitors have limits of their own.
    """
    if viewer is None:
        return
    uses = [Use(FORM_ACCOUNT, str(viewer.id))] if not viewer.moderates else []
    limits = handler.opt.get("limits")
    await take_all([*uses, *(each(limits, viewer.id, address_of(connection)) if limits else ())])


async def _keep_text(request: AnyRequest) -> None:
    """Read a refused form, if it is short, so that the error page can show what was typed."""
    if (request.content_length or KEPT_BYTES + 1) > KEPT_BYTES:
        request.scope["unread_form"] = True  # type: ignore[typeddict-unknown-key]
        return
    with suppress(ParleyError, HTTPException):
        await posted_fields(request)


def _check(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Raise what `check_access` raises if this viewer may not use the route."""
    who = handler.opt.get("who")
    viewer = principal_of(connection)
    _prioritise(connection, handler, viewer)
    access = viewer.access if viewer else ANYONE
    if who is not None and access >= who:
        return
    if (unknown := connection.scope.get("viewer_unknown")) is not None:
        # The session could not be read from the database. Do not ask a member to sign in for that.
        raise unknown  # type: ignore[misc]
    if viewer is not None and viewer.needs_factor and who is not None and who >= ROOM_MODERATOR:
        raise FactorNeeded(N_("Moderators and admins need a second step to sign in. Please set it up first."))
    if who is None or who >= ROOM_MODERATOR:
        raise NotFound
    if viewer is None:
        # The API says how programs do.
        raise SignInNeeded(connection.scope.get("sign_in", SIGN_IN))  # type: ignore[arg-type]
    require_write_allowed(viewer)
    refuse_unverified(viewer)
