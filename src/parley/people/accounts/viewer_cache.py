"""The viewers of recent requests, cached for a second by the hash of their session's token.

So a session that another process ended is still accepted here for a second at most.
"""

from collections.abc import Collection

import msgspec

from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.cache import Bounded, text_bytes

CACHE_SECONDS = 1.0
MOST_VIEWERS, MOST_BYTES = 10_000, 32 * 2**20
# Roughly, for a viewer, and for each member or word that they muted or blocked.
VIEWER_BYTES, BLOCKED_BYTES = 2_000, 200


class CachedViewer(msgspec.Struct, frozen=True):
    viewer: Viewer
    # On the monotonic clock.
    expires: float
    # The consistency token of the request that read the viewer.
    token: str | None = None


def size_of(why: str, *mutes: Collection[str] | Collection[int]) -> int:
    """Return roughly the bytes in memory of a viewer. What they muted and blocked takes most."""
    return VIEWER_BYTES + text_bytes(why) + BLOCKED_BYTES * sum(map(len, mutes))


def _new() -> Bounded[CachedViewer]:
    return Bounded(MOST_VIEWERS, MOST_BYTES, _size)


def _size(cached: CachedViewer) -> int:
    viewer = cached.viewer
    return size_of(viewer.why, viewer.muted, viewer.blocked, viewer.muted_words)


_cache = _new()


def current() -> Bounded[CachedViewer]:
    """The cache in use. A request that reads a viewer stores it in the cache that it began with."""
    return _cache


def clear() -> None:
    """Start a new cache. Requests under way store what they have read in the old one."""
    global _cache  # noqa: PLW0603 replaced as a whole, see above
    _cache = _new()


def clear_after_commit() -> None:
    """Clear the cache once the open transaction is committed. For every change of who may do what."""

    async def hook() -> None:
        clear()

    db.after_commit(hook)
