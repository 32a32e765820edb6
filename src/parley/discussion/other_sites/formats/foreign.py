"""A comment of another site, and what all formats share."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

DELETED, REMOVED = "[deleted]", "[removed]"


class ForeignComment(msgspec.Struct, frozen=True):
    """A comment of the discussion at the address (or with the id) `discussion`. `created_utc` is in seconds.

    `quote` is the words of the article that it is about. `body` is Markdown, or `[deleted]` or `[removed]` if only its
    place in the tree is left. `title` and `total` are the title of its discussion and the number of comments there, if
    known.
    """

    discussion: str
    id: str
    parent_id: str | None
    author: str | None
    created_utc: float
    body: str
    score: int = 0
    stance: str | None = None
    quote: str = ""
    email: str = ""
    title: str = ""
    total: int = 0

    @property
    def is_gone(self) -> bool:
        return self.body.strip() in ("", DELETED, REMOVED)


def timestamp(text: str) -> float:
    """Return the time in an ISO 8601 text, which is UTC unless it says otherwise, in seconds; 0 if it is none."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return 0.0
    return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def without_leaf_tombstones(comments: Iterable[ForeignComment]) -> list[ForeignComment]:
    """Return the comments without those that are gone and have no reply: only others need a place in the tree."""
    kept = {comment.id: comment for comment in comments}
    replies = Counter(comment.parent_id for comment in kept.values())
    leaves = [comment for comment in kept.values() if comment.is_gone and not replies[comment.id]]
    while leaves:
        gone = leaves.pop()
        del kept[gone.id]
        replies[gone.parent_id] -= 1
        above = kept.get(gone.parent_id or "")
        if above is not None and above.is_gone and not replies[above.id]:
            leaves.append(above)
    return list(kept.values())
