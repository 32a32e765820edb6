"""The device cookie of a browser that signed in before, which has an allowance of wrong passwords of its own.

Its signature includes the member's password hash, so a new password revokes all device cookies. None is stored.
"""

import secrets

from litestar.datastructures import Cookie

from parley.platform.http import cookies
from parley.platform.signing import is_signature, sign
from parley.platform.text.cleaning import as_id

LASTS_SECONDS = 365 * 86_400
COOKIE = "device"


def issue(member: int, password_hash: str | None) -> str:
    """Return a new value for the cookie, bound to a member and their present password."""
    plain = f"{member}.{secrets.token_urlsafe(12)}"
    return f"{plain}.{sign('device', _payload(plain, password_hash)).hex()}"


def member_of(value: str) -> int | None:
    """Return the id of the member in `value`, which `is_recognised` must still check."""
    return as_id(value.partition(".")[0])


def is_recognised(value: str, member: int, password_hash: str | None) -> bool:
    """Whether `value` was issued to this member under their present password."""
    plain, _, signature = value.rpartition(".")
    return plain.startswith(f"{member}.") and is_signature("device", _payload(plain, password_hash), signature)


def cookie(value: str) -> Cookie:
    return cookies.make(COOKIE, value, LASTS_SECONDS)


def _payload(plain: str, password_hash: str | None) -> bytes:
    return f"{plain}|{password_hash or ''}".encode(errors="replace")
