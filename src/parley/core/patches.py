"""Patches of libraries, each with its reason."""

from functools import _lru_cache_wrapper
from typing import Any

import litestar._kwargs.extractors
import litestar._parsers
import litestar.connection.request

NAME = "parse_url_encoded_form_data"


def unwrap_form_parser() -> None:
    """Remove the cache of Litestar's form parser (2.x).

    It keeps the last 1,024 request bodies, including refused ones: megabytes of memory, with passwords in it.
    """
    for module in (litestar._parsers, litestar.connection.request, litestar._kwargs.extractors):  # noqa: SLF001
        parser: Any = getattr(module, NAME)
        if isinstance(parser, _lru_cache_wrapper):
            setattr(module, NAME, parser.__wrapped__)
