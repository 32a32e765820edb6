"""Politeness towards hosts: one request at a time, a pause between two, and their robots.txt."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from parley.extraction.errors import CannotImport, SiteBusy
from parley.extraction.fetching.fetch import fetch
from parley.interfaces.inbound_feeds import sandbox
from parley.interfaces.inbound_feeds.rules import HOST_SECONDS
from parley.platform import db
from parley.platform.settings import settings
from parley.platform.text.hosts import host_of
from parley.platform.text.messages import N_

_LONGEST_ROBOTS = 500_000  # bytes, as RFC 9309 asks for
_ROBOTS_AGE = timedelta(days=1)

# The lease ends by itself if its worker dies.
RESERVE_HOST = """
insert into feed_host (host, next_at) values ($1, now() + interval '2 minutes')
on conflict (host) do update set next_at = excluded.next_at where feed_host.next_at <= now()
returning host
"""
RELEASE_HOST = "update feed_host set next_at = now() + make_interval(secs => $2) where host = $1"
# Hosts that may not be asked now.
IS_BUSY = "exists (select from feed_host h where h.host = {host} and h.next_at > now())"


async def reserve(host: str) -> bool:
    """Reserve a host for one request, if nobody else has it and its pause is over."""
    return await db.value(RESERVE_HOST, host) is not None


async def release(host: str, seconds: float = HOST_SECONDS) -> None:
    """End a reservation. The host is asked again after `seconds`."""
    await db.execute(RELEASE_HOST, host, float(seconds))


class Robots(msgspec.Struct, frozen=True):
    robots: str
    robots_at: datetime | None


SELECT_ROBOTS = "select robots, robots_at from feed_host where host = $1 and robots_at > now() - $2::interval"
SAVE_ROBOTS = """
insert into feed_host (host, next_at, robots, robots_at) values ($1, now(), $2, now())
on conflict (host) do update set robots = excluded.robots, robots_at = excluded.robots_at
"""


async def check_robots(url: str) -> None:
    """Raise CannotImport if the robots.txt of its host forbids us to fetch `url`."""
    host = host_of(url)
    known = await db.fetch_one(Robots, SELECT_ROBOTS, host, _ROBOTS_AGE)
    robots = known.robots if known else await _fetch_robots(url)
    if known is None:
        await db.execute(SAVE_ROBOTS, host, robots)
    if robots and not await sandbox.may_fetch(robots, url):
        raise CannotImport(N_("The site asks programs not to fetch this page (robots.txt)."))


async def _fetch_robots(url: str) -> str:
    """The robots.txt of a host; empty where it has none (RFC 9309). Raises SiteBusy."""
    parts = urlsplit(url)
    try:
        rows = await fetch(
            f"{parts.scheme}://{parts.netloc}/robots.txt",
            allow=settings().fetch_allow,
            accept=("text/plain",),
            limit=_LONGEST_ROBOTS,
        )
    except SiteBusy:
        raise
    except CannotImport:
        return ""
    return rows.body.decode("utf-8", "replace").replace("\0", "")
