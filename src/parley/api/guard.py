"""The guard of all routes of the API: counts requests, and checks the scope of the token."""

from typing import cast

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from parley.api.scopes import require
from parley.core.errors import TooMany
from parley.core.http.access import AnyRequest, address_of, viewer_of
from parley.core.ratelimit import API_NETWORK, API_TOKEN, Limit, network, take, take_network


async def check_token(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Count the request. Raises TooMany above the limit, Forbidden for a token without the route's `scope`.

    Raises SignInNeeded for a token that is not valid.
    """
    if (unknown := connection.scope.get("viewer_unknown")) is not None:
        raise unknown  # type: ignore[misc]
    await _count(connection)
    if (scope := handler.opt.get("scope")) is not None:
        require(cast("AnyRequest", connection), scope)


async def _count(connection: ASGIConnection) -> None:  # type: ignore[type-arg]
    viewer, token = viewer_of(connection), connection.scope.get("api_token")
    limit = API_NETWORK if viewer is None else API_TOKEN
    try:
        if viewer is None:
            left = await take_network(limit, network(address_of(connection)))
        else:
            left = await take(limit, str(token.id))  # type: ignore[attr-defined]
    except TooMany as error:
        _announce(connection, limit, 0, error.retry_after)
        raise
    if left is not None:
        _announce(connection, limit, left, limit.seconds)


def _announce(connection: ASGIConnection, limit: Limit, left: int, seconds: int) -> None:  # type: ignore[type-arg]
    """Have the answer say how many requests are left."""
    connection.scope["rate_headers"] = [  # type: ignore[typeddict-unknown-key]
        (name.lower().encode(), value.encode()) for name, value in rate_headers(limit, left, seconds).items()
    ]


def rate_headers(limit: Limit, left: int, seconds: int) -> dict[str, str]:
    """Return the headers that say how many requests are left (draft-ietf-httpapi-ratelimit-headers)."""
    return {
        "RateLimit-Policy": f'"api";q={limit.most};w={limit.seconds}',
        "RateLimit": f'"api";r={left};t={seconds}',
    }
