"""The check of all requests to the API: counts them, and checks the scope of the token."""

from typing import cast

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from parley.interfaces.api.scopes import require
from parley.platform.http.access import AnyRequest, address_of, viewer_of
from parley.platform.networks import network
from parley.platform.ratelimit import API_NETWORK, API_TOKEN, take, take_network


async def check_request(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Count the request. Raises TooMany above the limit, Forbidden for a token without the route's `scope`.

    Raises SignInNeeded for a token that is not valid.
    """
    if (unknown := connection.scope.get("viewer_unknown")) is not None:
        raise unknown  # type: ignore[misc]
    await _count(connection)
    if (scope := handler.opt.get("scope")) is not None:
        require(cast("AnyRequest", connection), scope)


async def _count(connection: ASGIConnection) -> None:  # type: ignore[type-arg]
    if viewer_of(connection) is None:
        await take_network(API_NETWORK, network(address_of(connection)))
    else:
        await take(API_TOKEN, str(connection.scope["api_token"].id))  # type: ignore[typeddict-item]
