"""Our cookies: which names and attributes they have."""

from litestar.datastructures import Cookie
from litestar.types import Scope

from parley.platform.settings import settings


def name(of: str = "") -> str:
    """Return the name of the cookie `of` something; without it, of the session's cookie.

    The prefix `__Host-` keeps other hosts of the domain from setting it. Browsers accept the prefix over https only.
    """
    bare = f"parley-{of}" if of else "parley"
    return f"__Host-{bare}" if settings().secure else bare


def make(of: str, value: str, seconds: int) -> Cookie:
    """Return a cookie that lasts so many seconds; an empty value deletes it.

    `SameSite` is Lax, since mailed links and the sign-in pages of other sites lead here.
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
                key, _, value = part.strip().partition("=")
                if key == wanted:
                    return value
    return None
