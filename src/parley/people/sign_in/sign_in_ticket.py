"""The ticket between the first and the second step of signing in: a signed cookie, which is not stored.

It is bound to the member's password, so a new password ends it.
"""

import hmac
from time import time

import msgspec
from litestar.datastructures import Cookie

from parley.platform.http import cookies
from parley.platform.signing import sign
from parley.platform.text.cleaning import as_id

LASTS_SECONDS = 600
COOKIE = "second"


class Ticket(msgspec.Struct, frozen=True):
    member: int
    methods: frozenset[str]
    # What was signed, and the signature.
    plain: str
    signature: str

    def is_valid(self, password_hash: str | None) -> bool:
        """Whether we signed it for a member with this password hash."""
        return hmac.compare_digest(_signature(self.plain, password_hash).encode(), self.signature.encode())


def issue(member: int, methods: frozenset[str], password_hash: str | None) -> str:
    """Return a ticket for a member who proved who they are by `methods`."""
    plain = f"{member}.{int(time()) + LASTS_SECONDS}.{'+'.join(sorted(methods))}"
    return f"{plain}.{_signature(plain, password_hash)}"


def read(value: str) -> Ticket | None:
    """Return the ticket in a cookie, or None if it has expired or is not valid. Its signature must still be checked."""
    parts = value.split(".")
    if len(parts) != 4 or not value.isascii():  # noqa: PLR2004 the parts of a ticket
        return None
    member, expires = as_id(parts[0]), as_id(parts[1])
    if member is None or expires is None or expires < time():
        return None
    return Ticket(member, frozenset(parts[2].split("+")), ".".join(parts[:3]), parts[3])


def cookie(value: str) -> Cookie:
    """The cookie that carries a ticket. An empty value deletes it."""
    return cookies.make(COOKIE, value, LASTS_SECONDS)


def _signature(plain: str, password_hash: str | None) -> str:
    return sign("second", f"{plain}|{password_hash or ''}".encode()).hex()
