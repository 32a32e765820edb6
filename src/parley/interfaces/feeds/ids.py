"""Ids of feeds and their entries: `tag:` URIs (RFC 4151), which stay when the site moves to another domain."""

from datetime import UTC, datetime

from parley.people.community.tables import Community
from parley.platform import db
from parley.platform.settings import settings


async def fix_authority() -> None:
    """Fix the domain and the day in the ids, permanently, unless this is a try-out on localhost."""
    if settings().local:
        return
    authority = f"{settings().host},{datetime.now(UTC):%Y-%m-%d}"
    await Community.update({Community.tag_authority: authority}).where(Community.tag_authority == "")


async def authority() -> str:
    """Return the authority in all ids of this installation."""
    stored: str = await db.value(Community.select(Community.tag_authority))
    return stored or f"{settings().host},2026-01-01"


def thread_id(authority: str, thread: int) -> str:
    return f"tag:{authority}:thread/{thread}"


def comment_id(authority: str, comment: int) -> str:
    return f"tag:{authority}:comment/{comment}"
