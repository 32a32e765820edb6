"""Mailed links: each holds a token that works once and expires."""

from datetime import timedelta

from parley.accounts import tokens
from parley.core.db import execute, value
from parley.core.errors import Gone
from parley.core.http.pages import leading_back
from parley.core.settings import settings

# With a longer address to return to, some mail clients would break the link.
LONGEST_NEXT = 300

CREATE = """
insert into token (member, purpose, token_hash, created_at, expires_at)
values ($1, $2, $3, now(), now() + $4::interval)
"""
# One statement checks the token and uses it up, so that of two requests one succeeds.
USE = """
update token set used_at = now()
where token_hash = $1 and purpose = $2 and used_at is null and expires_at > now()
returning member
"""
REVOKE = "delete from token where member = $1 and purpose in ('reset', 'login') and used_at is null"

EXPIRED = "This link has been used already, or has expired. Please ask for a new one."


async def create(member: int, purpose: str, lasts: timedelta, next_url: str = "/") -> str:
    """Return a new link for `member`, which then leads to `next_url`."""
    token = tokens.new()
    await execute(CREATE, member, purpose, tokens.digest(token), lasts)
    link = f"{settings().base_url}/{purpose}/{token}"
    return leading_back(link, next_url) if len(next_url) <= LONGEST_NEXT else link


async def use(token: str, purpose: str) -> int:
    """Use up the token of a link and return its member's id. Raises Gone when the link no longer works."""
    member: int | None = await value(USE, tokens.digest(token), purpose)
    if member is None:
        raise Gone(EXPIRED)
    return member


async def revoke(member: int) -> None:
    """Delete the unused links that sign `member` in or set their password."""
    await execute(REVOKE, member)
