"""What the page *For you* shows: what is addressed to the member, and the unread comments of their threads."""

from collections.abc import Mapping, Sequence

import msgspec

from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.comments import anchors
from parley.discussion.comments import queries as comments
from parley.discussion.comments.queries import CommentRow
from parley.discussion.votes.queries import votes_on_comments
from parley.letters.for_you.queries import UnreadThread
from parley.letters.notifications.queries import NotificationRow
from parley.people.accounts.viewer import Viewer
from parley.platform.text.cleaning import shorten_to_clause

# Characters, enough to recognise a comment or a passage.
PARENT_LENGTH = 160
PASSAGE_LENGTH = 200
EXCERPT_LENGTH = 240


class ParentComment(msgspec.Struct, frozen=True):
    """The comment that a reply replies to.

    Without author and excerpt if it is not visible or its author is muted or blocked; without excerpt if it is
    collapsed.
    """

    id: int
    author: str | None
    excerpt: str
    is_mine: bool = False


class ShownComment(msgspec.Struct, frozen=True):
    """A comment, the viewer's votes on it, and the comment that it replies to or the passage it is about."""

    row: CommentRow
    viewer_state: ViewerState
    parent: ParentComment | None
    passage: str | None

    @property
    def excerpt(self) -> str:
        return self.row.beginning(EXCERPT_LENGTH)


class Item(msgspec.Struct, frozen=True):
    """A notification. Its comment is another member's reply or mention, or the viewer's own that it is about."""

    row: NotificationRow
    comment: ShownComment | None

    @property
    def is_written(self) -> bool:
        return self.row.kind in ("reply", "mention")

    @property
    def thread_address(self) -> str:
        return f"/t/{self.row.thread}/{self.row.slug}"

    @property
    def address(self) -> str:
        if self.row.suggestion is not None:
            return f"/t/{self.row.thread}/updates/{self.row.suggestion}"
        if self.row.proposal is not None:
            return f"/c/{self.row.comment}/statement"
        return f"/c/{self.row.comment}" if self.row.comment is not None else f"/decision/{self.row.decision}"


class UnreadSection(msgspec.Struct, frozen=True):
    """Unread comments of one thread that the page shows, and whether there are more."""

    thread: UnreadThread
    comments: list[ShownComment]
    has_more: bool

    @property
    def comment_ids(self) -> str:
        """The ids of the comments, for the form that marks them as read."""
        return ",".join(str(comment.row.id) for comment in self.comments)

    @property
    def last_comment_id(self) -> int:
        return self.comments[-1].row.id


async def items(viewer: Viewer, rows: Sequence[NotificationRow]) -> list[Item]:
    """Return these notifications in their order, without those whose comment stopped being visible."""
    shown = await _comments(viewer, [row.comment for row in rows if row.comment is not None])
    return [
        Item(row, shown.get(row.comment) if row.comment is not None else None)
        for row in rows
        if row.comment is None or row.comment in shown
    ]


async def sections(
    viewer: Viewer, threads: Sequence[UnreadThread], ids: Sequence[int], limit: int
) -> list[UnreadSection]:
    """Return the comments `ids` by thread, in the order of `threads`, and at most `limit` of each thread."""
    by_thread: dict[int, list[ShownComment]] = {}
    for comment in (await _comments(viewer, ids)).values():
        by_thread.setdefault(comment.row.thread, []).append(comment)
    return [
        UnreadSection(thread, by_thread[thread.id][:limit], has_more=len(by_thread[thread.id]) > limit)
        for thread in threads
        if thread.id in by_thread
    ]


async def _comments(viewer: Viewer, ids: Sequence[int]) -> dict[int, ShownComment]:
    """Return the visible ones of these comments in their order. One may have been removed since its id was read."""
    rows = await comments.by_ids(ids)
    parents = await comments.by_ids([row.parent for row in rows.values() if row.parent is not None])
    viewer_states = await votes_on_comments(viewer.id, ids)
    texts = await anchors.passage_texts(ids)
    passages = {comment: shorten_to_clause(text, PASSAGE_LENGTH) for comment, text in texts.items()}
    return {
        row.id: ShownComment(
            row, viewer_states.get(row.id, ViewerState()), _parent(row, parents, viewer), passages.get(row.id)
        )
        for row in (rows[comment_id] for comment_id in ids if comment_id in rows)
        if row.state == "visible"
    }


def _parent(row: CommentRow, parents: Mapping[int, CommentRow], viewer: Viewer) -> ParentComment | None:
    parent = parents.get(row.parent) if row.parent is not None else None
    if parent is None:
        return None
    # `muted` has the names of blocked members too; a blocked author without a profile is known by id only.
    is_hidden = (
        parent.state != "visible"
        or (parent.author in viewer.muted and parent.has_profile)
        or parent.author_id in viewer.blocked
    )
    if is_hidden:
        return ParentComment(parent.id, None, "")
    return ParentComment(
        parent.id, parent.author, parent.beginning(PARENT_LENGTH), is_mine=parent.author_id == viewer.id
    )
