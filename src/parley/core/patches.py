"""Patches of libraries, each with its reason."""

from functools import _lru_cache_wrapper
from typing import Any

import litestar._kwargs.extractors
import litestar._parsers
import litestar.connection.base
import litestar.connection.request
import litestar.data_extractors
import litestar.datastructures.url

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
    litestar._parsers.unquote_cookie = _unquoted  # type: ignore[assignment, attr-defined] # noqa: SLF001


def _unquoted(value: str) -> str:
    return value.removeprefix('"').removesuffix('"')
