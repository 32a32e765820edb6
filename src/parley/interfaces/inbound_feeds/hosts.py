"""Politeness towards hosts: one request at a time, a pause between two, and their robots.txt."""

from urllib.parse import urlsplit

from parley.extraction.errors import CannotImport, SiteBusy
from parley.extraction.fetching.fetch import fetch
from parley.interfaces.inbound_feeds import sandbox, sql
from parley.interfaces.inbound_feeds.rules import HOST_SECONDS
from parley.platform import db
from parley.platform.settings import settings
from parley.platform.text.hosts import host_of
from parley.platform.text.messages import N_

_LONGEST_ROBOTS = 500_000  # bytes, as RFC 9309 asks for


async def reserve(host: str) -> bool:
    """Reserve a host for one request. Return whether it was free and its pause is over."""
    return await db.value(sql.RESERVE_HOST, host) is not None


async def release(host: str, seconds: float = HOST_SECONDS) -> None:
    """End a reservation. The host is asked again after `seconds`."""
    await db.execute(sql.RELEASE_HOST, host, float(seconds))


async def check_robots(url: str) -> None:
    """Raise CannotImport if the robots.txt of its host forbids us to fetch `url`."""
    host = host_of(url)
    robots: str | None = await db.value(sql.SELECT_ROBOTS, host)
    if robots is None:
        robots = await _fetch_robots(url)
        await db.execute(sql.SAVE_ROBOTS, host, robots)
    if robots and not await sandbox.may_fetch(robots, url):
        raise CannotImport(N_("The site asks programs not to fetch this page (robots.txt)."))


async def _fetch_robots(url: str) -> str:
    """Return the robots.txt of a host; empty if it has none (RFC 9309). Raises SiteBusy."""
    parts = urlsplit(url)
    try:
        download = await fetch(
            f"{parts.scheme}://{parts.netloc}/robots.txt",
            allow=settings().fetch_allow,
            accept=("text/plain",),
            limit=_LONGEST_ROBOTS,
        )
    except SiteBusy:
        raise
    except CannotImport:
        return ""
    return download.body.decode("utf-8", "replace").replace("\0", "")
