"""The signed link by which a suspended member, who cannot sign in, has their account erased. It lasts an hour."""

import hmac
from time import time

from parley.platform.signing import sign
from parley.platform.text.cleaning import as_id

LASTS_SECONDS = 3_600


async def address(member: int) -> str:
    """The page for a suspended member who just gave the right password."""
    plain = f"{member}.{int(time()) + LASTS_SECONDS}"
    return f"/leave/{plain}.{_signature(plain)}"


def member_of(token: str) -> int | None:
    """The member whom a link is for, or None if it has expired or is not ours."""
    plain, _, signature = token.rpartition(".")
    member, _, expires = plain.partition(".")
    if not hmac.compare_digest(_signature(plain).encode(), signature.encode(errors="replace")):
        return None
    return as_id(member) if int(expires) > time() else None


def _signature(plain: str) -> str:
    return sign("leave", plain.encode(errors="replace")).hex()
