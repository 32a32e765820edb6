"""What depends on the viewer in a discussion that is otherwise the same for everybody."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.comment_tree.layout import assemble
from parley.discussion.comment_tree.view import Discussion
from parley.discussion.comments.queries import CommentRow
from parley.discussion.threads.queries import SlowBranch
from parley.platform.http.access import MODERATOR, Viewer
from parley.platform.http.pages import Prepared

# A member's votes, by comment.
Votes = Mapping[int, ViewerState]


def comments_html(
    shown: Discussion,
    viewer: Viewer | None = None,
    votes: Votes | None = None,
    new_since: datetime | None = None,
    *,
    slow_branches: Sequence[SlowBranch],
) -> Prepared:
    """Return the comments of a discussion as `viewer` sees them, who cast `votes`.

    `slow_branches` are those of the thread.
    """
    if viewer is None:
        return assemble(shown.layout, slow_branches=slow_branches)
    states = _viewer_states(shown.layout.rows, viewer, votes or {})
    return assemble(shown.layout, states, new_since, viewer.id, slow_branches)


def _viewer_states(rows: Mapping[int, CommentRow], viewer: Viewer, votes: Votes) -> dict[int, ViewerState]:
    states = dict(votes)
    if viewer.access >= MODERATOR:
        for row in rows.values():
            if row.state == "visible" and row.author_id != viewer.id:
                states[row.id] = msgspec.structs.replace(states.get(row.id, ViewerState()), moderates=True)
    for row in rows.values():
        if row.author_id == viewer.id:
            states[row.id] = viewer_state_of(row)
        elif row.author_id in viewer.blocked:
            states[row.id] = ViewerState(blocked=True)
        elif is_muted(row, viewer):
            states[row.id] = msgspec.structs.replace(states.get(row.id, ViewerState()), muted=True)
    return states


def is_muted(row: CommentRow, viewer: Viewer) -> bool:
    """Whether the viewer muted or blocked the comment's author."""
    return row.author_id in viewer.blocked or (row.author in viewer.muted and row.has_profile)


def viewer_state_of(row: CommentRow) -> ViewerState:
    """Return the state of a comment for its author."""
    visible = row.state == "visible"
    return ViewerState(is_author=True, may_edit=visible, may_delete=visible, may_restore=row.state == "deleted")
