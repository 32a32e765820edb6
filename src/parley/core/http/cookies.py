"""Our cookies: which names and attributes they have."""

from litestar.datastructures import Cookie
from litestar.types import Scope

from parley.core.settings import settings


def name(of: str = "") -> str:
    """The name of a cookie, or of that of the session.

    With `__Host-`, no other host of the domain can set it. Browsers accept the prefix over https only.
    """
    bare = f"parley-{of}" if of else "parley"
    return f"__Host-{bare}" if settings().secure else bare


def make(of: str, value: str, seconds: int) -> Cookie:
    """A cookie that lasts so many seconds; an empty value deletes it.

    It is Lax: mailed links, and other sites that sign somebody in, lead here from elsewhere.
    """
    return Cookie(
        key=name(of),
        value=value,
        max_age=seconds if value else 0,
        path="/",
        secure=settings().secure,
        httponly=True,
        samesite="lax",
    )


def read(scope: Scope, wanted: str) -> str | None:
    """Return the value of the cookie of this name in a request."""
    for header, content in scope["headers"]:
        if header == b"cookie":
            for part in content.decode("latin-1").split(";"):
                found, _, value = part.strip().partition("=")
                if found == wanted:
                    return value
    return None
