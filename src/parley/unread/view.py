"""Unread comments as the page shows them: by thread, each with what it replies to."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import msgspec

from parley.comments import queries as comments
from parley.comments import quoted
from parley.comments.fragments import ViewerState
from parley.comments.queries import CommentRow
from parley.core.http.access import Viewer
from parley.core.text.cleaning import shortened
from parley.core.text.markdown import excerpt
from parley.unread.queries import ThreadWithUnread
from parley.votes.queries import viewer_states_of

# Characters, enough to recognise a comment or a passage.
PARENT_LENGTH = 160
PASSAGE_LENGTH = 200


class ParentComment(msgspec.Struct, frozen=True):
    """The comment that a reply answers; without author and excerpt if the viewer may not read it."""

    id: int
    author: str | None
    excerpt: str


class UnreadComment(msgspec.Struct, frozen=True):
    """An unread comment: the viewer's votes on it, and what it answers (a comment, or a passage of the article)."""

    row: CommentRow
    viewer_state: ViewerState
    parent: ParentComment | None
    passage: str | None


class UnreadGroup(msgspec.Struct, frozen=True):
    """The unread comments of one thread that the page shows, the oldest first."""

    thread: ThreadWithUnread
    comments: list[UnreadComment]

    @property
    def comment_ids(self) -> str:
        """The ids of the comments, for the form that marks them as read."""
        return ",".join(str(comment.row.id) for comment in self.comments)

    @property
    def has_more(self) -> bool:
        """Whether there may be more unread comments in the thread."""
        return self.thread.count > len(self.comments)

    @property
    def last_comment_id(self) -> int:
        return self.comments[-1].row.id


async def groups(viewer: Viewer, threads: Sequence[ThreadWithUnread], ids: Sequence[int]) -> list[UnreadGroup]:
    """Return the comments `ids`, which are in order within each thread, by thread, in the order of `threads`."""
    rows = await comments.by_ids(ids)
    parents = await comments.by_ids([row.parent for row in rows.values() if row.parent is not None])
    votes = await viewer_states_of(viewer.id, ids)
    passages = await quoted.passages(ids)
    # A comment that was removed since its id was read is left out.
    unread = [
        UnreadComment(row, votes.get(row.id, ViewerState()), _parent(row, parents, viewer), _passage(row.id, passages))
        for row in (rows[comment] for comment in ids if comment in rows)
        if row.state == "visible"
    ]
    by_thread = {thread: list(group) for thread, group in groupby(unread, key=lambda comment: comment.row.thread)}
    return [UnreadGroup(thread, by_thread[thread.id]) for thread in threads if thread.id in by_thread]


def _parent(row: CommentRow, parents: Mapping[int, CommentRow], viewer: Viewer) -> ParentComment | None:
    parent = parents.get(row.parent) if row.parent is not None else None
    if parent is None:
        return None
    is_hidden = parent.state != "visible" or (parent.author in viewer.muted and parent.has_profile)
    if is_hidden or parent.author_id in viewer.blocked:
        return ParentComment(parent.id, None, "")
    beginning = "" if parent.collapsed is not None else parent.statement or excerpt(parent.raw_html, PARENT_LENGTH)
    return ParentComment(parent.id, parent.author, beginning)


def _passage(comment: int, passages: Mapping[int, str]) -> str | None:
    text = passages.get(comment)
    return shortened(text, PASSAGE_LENGTH) if text is not None else None
