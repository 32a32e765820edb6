"""Secrets that we hand out and recognise again. Only hashes are stored: a stolen table opens nothing."""

import hashlib
import re
import secrets

BYTES = 32
WRITTEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new() -> str:
    """A secret of 256 bits, fit for a cookie or a link."""
    return secrets.token_urlsafe(BYTES)


def digest(token: str) -> bytes | None:
    """The hash that stands for `token` in the database; None for what no token of ours looks like."""
    return hashlib.sha256(token.encode()).digest() if WRITTEN.fullmatch(token) else None
