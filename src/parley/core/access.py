"""Who may enter a route. Every route says so (`opt={"who": …}`); one that does not lets nobody in."""

from enum import IntEnum

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from parley.core.errors import Forbidden, NotFound, SignInNeeded


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

    @property
    def standing(self) -> Who:
        if self.role == "admin":
            return ADMIN
        if self.role == "moderator":
            return MODERATOR
        return VERIFIED if self.verified else MEMBER


def viewer_of(connection: ASGIConnection) -> Viewer | None:  # type: ignore[type-arg]
    """The viewer that the session middleware found, or None for a visitor."""
    viewer: Viewer | None = connection.scope.get("viewer")  # type: ignore[assignment]
    return viewer


def entrance(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """The guard of all routes.

    Raises SignInNeeded for visitors, Forbidden for unverified members, NotFound where only staff may look.
    """
    who = handler.opt.get("who")
    if who is None:
        raise NotFound("This page is not open.")
    viewer = viewer_of(connection)
    standing = viewer.standing if viewer else ANYONE
    if standing >= who:
        return
    if who >= MODERATOR:
        raise NotFound("There is no page at this address.")
    if viewer is None:
        raise SignInNeeded("Please sign in to do this. What you typed is kept in this browser.")
    raise Forbidden("Please confirm your e-mail address first: open the link in the mail we sent you.")
