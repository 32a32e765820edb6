"""Read your own writes: a member who changed something sees it in every process.

What a member's process knows is at most a second old, and so is what another process has cached. An answer to a
member's form sets a cookie with a new random token for two seconds. A process that meets a token for the first time
serves nothing to that member that it read before.
"""

import re
from secrets import token_urlsafe
from typing import Any

from litestar.datastructures import Cookie
from litestar.types import Message, Scope, Send

from parley.core.settings import settings

# Longer than any process keeps what it read of a member or of a thread.
SECONDS = 2
TOKEN = re.compile(r"[A-Za-z0-9_-]{16}")


def cookie_name() -> str:
    return "__Host-parley-consistency" if settings().secure else "parley-consistency"


def valid(raw: str | None) -> str | None:
    """The token that a cookie carries, None where it cannot be one of ours."""
    return raw if raw and TOKEN.fullmatch(raw) else None


def marking(scope: Scope, send: Send) -> Send:
    """`send`, where the answer to a form sets a new token. A route with `opt={"unmarked": True}` sets none."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and not _is_unmarked(scope):
            message["headers"] = [*message.get("headers", ()), (b"set-cookie", _cookie())]
        await send(message)

    return sending


def _is_unmarked(scope: Any) -> bool:
    handler = scope.get("route_handler")
    return handler is not None and bool(handler.opt.get("unmarked"))


def _cookie() -> bytes:
    new = Cookie(
        key=cookie_name(),
        value=token_urlsafe(12),
        max_age=SECONDS,
        path="/",
        secure=settings().secure,
        httponly=True,
        samesite="lax",
    )
    return new.to_header(header="").encode("latin-1")
