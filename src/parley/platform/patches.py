"""Patches of libraries, each with its reason."""

from functools import _lru_cache_wrapper
from typing import Any

import litestar._kwargs.extractors
import litestar._parsers
import litestar.connection.base
import litestar.connection.request
import litestar.data_extractors
import litestar.datastructures.url
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

MODULES: tuple[Any, ...] = (
    litestar._parsers,  # noqa: SLF001
    litestar._kwargs.extractors,  # noqa: SLF001
    litestar.connection.base,
    litestar.connection.request,
    litestar.data_extractors,
    litestar.datastructures.url,
)
PARSERS = ("parse_url_encoded_form_data", "parse_query_string", "parse_cookie_string", "create_query_default_dict")


def patch_parsers() -> None:
    """Remove the caches of Litestar's parsers (2.x), and read the values of cookies in time by their length.

    The caches keep the last 1,024 bodies, queries and cookies, including refused ones: megabytes of passwords and
    sessions, and with queries of many short names half a gigabyte. The standard library takes time by the square for a
    quoted value (CVE-2024-7592, before Python 3.11.10): two seconds for 30 kB. None of our cookies has one.
    """
    for module in MODULES:
        for name in PARSERS:
            parser = getattr(module, name, None)
            if isinstance(parser, _lru_cache_wrapper):
                setattr(module, name, parser.__wrapped__)
    litestar._parsers.unquote_cookie = _unquote  # type: ignore[assignment, attr-defined] # noqa: SLF001


def _unquote(value: str) -> str:
    return value.removeprefix('"').removesuffix('"')


def share_handlers_with_guards() -> None:
    """Give guards the handler of the route. Litestar (2.x) gives each guard a copy, which it makes for each request.

    That took a tenth of the CPU time of a small answer. Our guards change no handler.
    """
    BaseRouteHandler.authorize_connection = _authorize  # type: ignore[assignment, method-assign]


async def _authorize(handler: BaseRouteHandler, connection: ASGIConnection) -> None:  # type: ignore[type-arg]
    for guard in handler.resolve_guards():
        await guard(connection, handler)  # type: ignore[misc]
