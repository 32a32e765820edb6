"""Mending what the framework does that we cannot live with; each with its reason."""

from functools import _lru_cache_wrapper
from typing import Any

import litestar._kwargs.extractors
import litestar._parsers
import litestar.connection.request

NAME = "parse_url_encoded_form_data"


def unwrap_form_parser() -> None:
    """Take the cache off Litestar's form parser.

    It keeps the last 1,024 bodies whole, refused ones too: megabytes of memory, and passwords in it
    (trust.md T4, measured).
    """
    for module in (litestar._parsers, litestar.connection.request, litestar._kwargs.extractors):  # noqa: SLF001
        parser: Any = getattr(module, NAME)
        if isinstance(parser, _lru_cache_wrapper):
            setattr(module, NAME, parser.__wrapped__)
