"""Notifications as pages and mails show them: grouped by thread, with all new comments of a followed thread as one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from parley.discussion.comments import queries as comments
from parley.discussion.comments.queries import CommentRow
from parley.letters.notifications.queries import NotificationRow
from parley.platform.text.cleaning import shorten

EXCERPT_LENGTH = 240
MOST_NAMES = 3


class NotificationItem(msgspec.Struct, frozen=True):
    """One notification, or all new comments of a followed thread."""

    kind: str
    row: NotificationRow
    comment: CommentRow | None
    count: int
    people: list[str]

    @property
    def address(self) -> str:
        if self.row.suggestion is not None:
            return f"/t/{self.row.thread}/updates/{self.row.suggestion}"
        if self.row.proposal is not None:
            return f"/c/{self.row.comment}/statement"
        return f"/c/{self.row.comment}" if self.row.comment is not None else f"/decision/{self.row.decision}"

    @property
    def at(self) -> datetime:
        is_new = self.comment is not None and self.kind not in {"revised", "proposal"}
        return self.comment.created_at if self.comment and is_new else self.row.created_at

    @property
    def names(self) -> list[str]:
        return self.people[:MOST_NAMES]

    @property
    def others(self) -> int:
        """How many people there are besides `names`."""
        return len(self.people) - len(self.names)

    @property
    def excerpt(self) -> str:
        """The comment's statement or, without one, its first words without quotations."""
        return excerpt(self.comment) if self.comment is not None else ""


class NotificationGroup(msgspec.Struct, frozen=True):
    """The notifications of one thread or, without a thread, decisions."""

    thread: int | None
    title: str
    slug: str
    items: list[NotificationItem]

    @property
    def address(self) -> str:
        return f"/t/{self.thread}/{self.slug}"


def excerpt(comment: CommentRow) -> str:
    if comment.collapsed is not None:
        return ""
    return comment.statement if comment.statement is not None else shorten(comment.excerpt, EXCERPT_LENGTH)


async def group_by_thread(rows: Sequence[NotificationRow]) -> list[NotificationGroup]:
    """Group `rows`, the newest first, by thread; each comment as it may be shown now."""
    comments_by_id = await comments.by_ids([row.comment for row in rows if row.comment is not None])
    groups: dict[int | None, list[NotificationRow]] = {}
    for row in rows:
        if row.comment is None or comments_by_id[row.comment].state == "visible":
            groups.setdefault(row.thread, []).append(row)
    return [_group(thread, some, comments_by_id) for thread, some in groups.items()]


def _group(
    thread: int | None, rows: list[NotificationRow], comments_by_id: Mapping[int, CommentRow]
) -> NotificationGroup:
    news = [row for row in rows if row.kind == "followed"]
    own = [_item([row], comments_by_id) for row in rows if row.kind != "followed"]
    return NotificationGroup(
        thread, rows[0].thread_title or "", rows[0].slug or "", own + ([_item(news, comments_by_id)] if news else [])
    )


def _item(rows: Sequence[NotificationRow], comments_by_id: Mapping[int, CommentRow]) -> NotificationItem:
    """Return one item for `rows`, the newest first. It links to the oldest, where reading continues."""
    first = rows[-1]
    written = [comments_by_id[row.comment] for row in reversed(rows) if row.comment is not None]
    people = list(dict.fromkeys(comment.author for comment in written if comment.author is not None))
    return NotificationItem(first.kind, first, written[0] if written else None, len(rows), people)
