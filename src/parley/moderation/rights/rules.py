"""The grounds of requests about rights, and what they can ask for."""

from parley.people.accounts.viewer import Viewer
from parley.platform.errors import Forbidden
from parley.platform.http.access import MODERATOR
from parley.platform.text.messages import N_

GROUNDS = {
    "copyright": N_("It is my work, or I act for whoever holds the rights"),
    "privacy": N_("It reveals something private about me"),
    "attribution": N_("It names a wrong author"),
    "reservation": N_("Its publisher reserved this use"),
    "law": N_("It breaks another law"),
}
WISHES = {
    "excerpt": N_("Show an excerpt only"),
    "text": N_("Take the text down; the title and the address may stay"),
    "remove": N_("Take the text, the title and the address down"),
}


def require_answer_allowed(viewer: Viewer, starter: int | None) -> None:
    """Raise Forbidden for all but the member who added the article."""
    if viewer.id != starter:
        raise Forbidden(N_("Only the member who added this article can answer."))


def may_read(viewer: Viewer, starter: int | None) -> bool:
    """Whether `viewer` may read a request: moderators and the member who added the article."""
    return viewer.id == starter or viewer.access >= MODERATOR
