"""Unread comments grouped by thread, each comment with what it replies to or is about."""

from collections.abc import Mapping, Sequence

import msgspec

from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.comments import anchors
from parley.discussion.comments import queries as comments
from parley.discussion.comments.queries import CommentRow
from parley.discussion.votes.queries import votes_on_comments
from parley.letters.for_you.queries import UnreadThread
from parley.people.accounts.viewer import Viewer
from parley.platform.text.cleaning import shorten

# Characters, enough to recognise a comment or a passage.
PARENT_LENGTH = 160
PASSAGE_LENGTH = 200


class ParentComment(msgspec.Struct, frozen=True):
    """The comment that a reply replies to.

    Without author and excerpt if it is not visible or its author is muted or blocked; without excerpt if it is
    collapsed.
    """

    id: int
    author: str | None
    excerpt: str


class UnreadComment(msgspec.Struct, frozen=True):
    """An unread comment, the viewer's votes on it, and the comment that it replies to or the passage it is about."""

    row: CommentRow
    viewer_state: ViewerState
    parent: ParentComment | None
    passage: str | None


class UnreadSection(msgspec.Struct, frozen=True):
    """The unread comments of one thread that the page shows, the oldest first, and whether there are more."""

    thread: UnreadThread
    comments: list[UnreadComment]
    has_more: bool

    @property
    def comment_ids(self) -> str:
        """The ids of the comments, for the form that marks them as read."""
        return ",".join(str(comment.row.id) for comment in self.comments)

    @property
    def last_comment_id(self) -> int:
        return self.comments[-1].row.id


async def sections(
    viewer: Viewer, threads: Sequence[UnreadThread], ids: Sequence[int], limit: int
) -> list[UnreadSection]:
    """Return the comments `ids` by thread, in the order of `threads`, and at most `limit` of each thread.

    The ids are in order within each thread.
    """
    rows = await comments.by_ids(ids)
    parents = await comments.by_ids([row.parent for row in rows.values() if row.parent is not None])
    viewer_states = await votes_on_comments(viewer.id, ids)
    texts = await anchors.passage_texts(ids)
    passages = {comment: shorten(text, PASSAGE_LENGTH) for comment, text in texts.items()}
    # A comment that stopped being visible since its id was read is left out.
    unread_comments = [
        UnreadComment(
            row, viewer_states.get(row.id, ViewerState()), _parent(row, parents, viewer), passages.get(row.id)
        )
        for row in (rows[comment_id] for comment_id in ids if comment_id in rows)
        if row.state == "visible"
    ]
    by_thread: dict[int, list[UnreadComment]] = {}
    for comment in unread_comments:
        by_thread.setdefault(comment.row.thread, []).append(comment)
    return [
        UnreadSection(thread, by_thread[thread.id][:limit], has_more=len(by_thread[thread.id]) > limit)
        for thread in threads
        if thread.id in by_thread
    ]


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
    beginning = "" if parent.collapsed is not None else parent.statement or shorten(parent.excerpt, PARENT_LENGTH)
    return ParentComment(parent.id, parent.author, beginning)
