"""Random tokens for cookies and links. Only their hashes are stored, so that a stolen table gives no access."""

import hashlib
import re
import secrets
from datetime import timedelta

from piccolo.querystring import QueryString

BYTES = 32
FORMAT = re.compile(r"[A-Za-z0-9_-]{43}")


def new() -> str:
    """Return a new token of 256 random bits, safe in cookies and addresses."""
    return secrets.token_urlsafe(BYTES)


def digest(token: str) -> bytes | None:
    """The hash by which `token` is stored, or None if it does not have the form of our tokens."""
    return hashlib.sha256(token.encode()).digest() if FORMAT.fullmatch(token) else None


def from_now(lasts: timedelta) -> QueryString:
    """The time `lasts` from now, by the database's clock, which also checks it."""
    return QueryString("now() + {}::interval", lasts)
