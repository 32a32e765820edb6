"""Read your own writes: a member who changed something sees it in every process.

Every process caches what it reads for a second, and the numbers in the masthead for ten. The answer to a member's form
sets a cookie with a new random token for a little longer. From the moment at which a process first meets a token, it
serves this member nothing that it cached before.
"""

import re
from secrets import token_urlsafe
from typing import Any

from litestar.types import Message, Scope, Send

from parley.platform.http import cookies

# Longer than any process caches what a member may have changed.
SECONDS = 11
COOKIE = "consistency"
TOKEN = re.compile(r"[A-Za-z0-9_-]{16}")


def cookie_name() -> str:
    return cookies.name(COOKIE)


def valid(raw: str | None) -> str | None:
    """The token in a cookie, or None where its form is not that of our tokens."""
    return raw if raw and TOKEN.fullmatch(raw) else None


def sets_token(scope: Scope, send: Send) -> Send:
    """Wrap `send` so that the answer sets a new token. Routes with `opt={"without_token": True}` set none."""

    async def send_with_token(message: Message) -> None:
        if message["type"] == "http.response.start" and not _is_without_token(scope):
            message["headers"] = [*message.get("headers", ()), (b"set-cookie", _cookie())]
        await send(message)

    return send_with_token


def _is_without_token(scope: Any) -> bool:
    handler = scope.get("route_handler")
    return handler is not None and bool(handler.opt.get("without_token"))


def _cookie() -> bytes:
    return cookies.make(COOKIE, token_urlsafe(12), SECONDS).to_header(header="").encode("latin-1")
