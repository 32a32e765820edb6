"""Middleware of the API: finds the viewer by their token, and adds the headers that all its answers have."""

from collections.abc import Sequence
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from parley.interfaces.api import tokens
from parley.platform import quotas
from parley.platform.errors import SignInNeeded, Unavailable
from parley.platform.http.failures import OUTAGES
from parley.platform.http.problems import is_api
from parley.platform.quotas import Quota
from parley.platform.text.messages import N_

BEARER = b"bearer "
NEEDED = N_("This needs a token. Create one under Settings, Tokens, and send it as “Authorization: Bearer prl_…”.")
UNKNOWN = N_(
    "This token is unknown, expired or revoked, or its member may not sign in. Create one under Settings, Tokens."
)
READABLE_HEADERS = b"ETag, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID"


class TokenMiddleware:
    """Sets scope["viewer"] to the member whose token a request to the API carries, and scope["api_scopes"]."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not is_api(scope):
            await self.app(scope, receive, send)
            return
        token = _token(scope)
        scope["sign_in"] = NEEDED  # type: ignore[typeddict-unknown-key]
        if token is not None:
            await _identify(scope, token)

        used: list[Quota] = []
        quotas.used.set(used)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_headers(scope, used)]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _token(scope: Scope) -> str | None:
    given = next((value for name, value in scope["headers"] if name == b"authorization"), None)
    if given is None:
        return None
    return given[len(BEARER) :].decode("latin-1").strip() if given[: len(BEARER)].lower() == BEARER else ""


async def _identify(scope: Scope, token: str) -> None:
    """Set the viewer. A token that is not valid is an error, even where visitors may read: its owner should know."""
    try:
        api_token = await tokens.find(token)
    except (Unavailable, *OUTAGES) as error:
        scope["viewer_unknown"] = error  # type: ignore[typeddict-unknown-key]
        return
    if api_token is None:
        scope["viewer_unknown"] = SignInNeeded(UNKNOWN)  # type: ignore[typeddict-unknown-key]
        return
    scope["viewer"] = api_token.viewer  # type: ignore[typeddict-unknown-key]
    scope["api_scopes"] = frozenset(api_token.scopes)  # type: ignore[typeddict-unknown-key]
    scope["api_token"] = api_token  # type: ignore[typeddict-unknown-key]


def _headers(scope: Any, used: Sequence[Quota]) -> list[tuple[bytes, bytes]]:
    headers = [(name.lower().encode(), value.encode()) for name, value in quotas.headers(used).items()]
    if scope["method"] == "GET":
        # Pages of other sites may read what visitors may read: browsers send no token by themselves.
        headers.append((b"access-control-allow-origin", b"*"))
        headers.append((b"access-control-expose-headers", READABLE_HEADERS))
    return headers
