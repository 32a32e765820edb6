"""The viewers of recent requests, cached for a second by the hash of their session's token.

So a session that another process ended is still accepted here for a second at most.
"""

import msgspec

from parley.core import db
from parley.core.cache import Bounded
from parley.core.http.access import Viewer

CACHE_SECONDS = 1.0
MOST_VIEWERS = 10_000


class CachedViewer(msgspec.Struct, frozen=True):
    viewer: Viewer
    # On the monotonic clock.
    expires: float
    # The consistency token of the request that read the viewer.
    token: str | None = None


_cache: Bounded[CachedViewer] = Bounded(MOST_VIEWERS)


def current() -> Bounded[CachedViewer]:
    """The cache in use. A request that reads a viewer stores it in the cache that it began with."""
    return _cache


def clear() -> None:
    """Start a new cache: what requests under way have read goes into the old one."""
    global _cache  # noqa: PLW0603 replaced as a whole, see above
    _cache = Bounded(MOST_VIEWERS)


def clear_after_commit() -> None:
    """Clear the cache once the open transaction is committed. For every change of who may do what."""

    async def hook() -> None:
        clear()

    db.after_commit(hook)
