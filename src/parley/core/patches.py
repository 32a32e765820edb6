"""Patches of libraries, each with its reason."""

from functools import _lru_cache_wrapper
from typing import Any

import litestar._kwargs.extractors
import litestar._parsers
import litestar.connection.request
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

NAME = "parse_url_encoded_form_data"


def unwrap_form_parser() -> None:
    """Remove the cache of Litestar's form parser (2.x).

    It keeps the last 1,024 request bodies, including refused ones: megabytes of memory, with passwords in it.
    """
    for module in (litestar._parsers, litestar.connection.request, litestar._kwargs.extractors):  # noqa: SLF001
        parser: Any = getattr(module, NAME)
        if isinstance(parser, _lru_cache_wrapper):
            setattr(module, NAME, parser.__wrapped__)


def share_handlers_with_guards() -> None:
    """Give guards the handler of the route. Litestar (2.x) gives each guard a copy, which it makes for each request.

    That took a tenth of the CPU time of a small answer. Our guards change no handler.
    """
    BaseRouteHandler.authorize_connection = _authorize  # type: ignore[assignment, method-assign]


async def _authorize(handler: BaseRouteHandler, connection: ASGIConnection) -> None:  # type: ignore[type-arg]
    for guard in handler.resolve_guards():
        await guard(connection, handler)  # type: ignore[misc]
