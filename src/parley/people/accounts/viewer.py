"""The member who makes a request: who they are, what they may do, and how they read."""

from datetime import datetime

from litestar.connection import ASGIConnection

from parley.platform.errors import NotFound, SignInNeeded
from parley.platform.http.access import AnyRequest, Principal, principal_of
from parley.platform.text.messages import N_


class Viewer(Principal, frozen=True):
    """The signed-in member who makes the request. A visitor is None."""

    # How comments written with AI assistance appear: `show`, `collapse` or `hide`.
    assisted: str = "show"
    # How close together comments stand, `comfortable` or `compact`, and whether discussions still explain themselves.
    density: str = "comfortable"
    legend: bool = True
    # Whether the words of an article that comments are about are underlined: `on` or `off`.
    marks: str = "on"
    # Whether comments are marked as read as this viewer sees them.
    marks_read: bool = True
    # Their time zone.
    zone: str = "UTC"
    # The language that they chose; empty if they chose none.
    language: str = ""
    # The languages that they read, if they said so.
    reads: tuple[str, ...] = ()
    # When their visit before this one ended.
    last_visit: datetime | None = None
    # The names of members whom this viewer muted or blocked.
    muted: frozenset[str] = frozenset()
    # The ids of the blocked ones among them: this viewer never gets their text.
    blocked: frozenset[int] = frozenset()
    # The words and phrases that this viewer does not want to read about.
    muted_words: tuple[str, ...] = ()
    # How much is addressed to them that they have not read; None if it must be counted again.
    unread: int | None = None


def viewer_of(connection: ASGIConnection) -> Viewer | None:  # type: ignore[type-arg]
    """Return the viewer that the session middleware found, or None for a visitor."""
    principal = principal_of(connection)
    return principal if isinstance(principal, Viewer) else None


def signed_in(request: AnyRequest) -> Viewer:
    """Return the viewer of a route for members. Raises SignInNeeded for visitors."""
    viewer = viewer_of(request)
    if viewer is None:
        raise SignInNeeded(N_("Please sign in."))
    return viewer


def staff(request: AnyRequest) -> Viewer:
    """Return the viewer of a staff page. Raises NotFound for visitors."""
    viewer = viewer_of(request)
    if viewer is None:
        raise NotFound
    return viewer
