"""The discussion as the panel in a publisher's page shows it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgspec

from parley.discussion.comment_tree import view as views
from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.comment_tree.view import Discussion
from parley.discussion.comments import queries as comments
from parley.discussion.comments import texts
from parley.discussion.comments.queries import CommentRow
from parley.discussion.thesis import queries as theses
from parley.discussion.thesis.display import thesis_box
from parley.discussion.votes import queries as votes
from parley.people.accounts.viewer import Viewer

NOTHING = ViewerState()


class ShownComment(msgspec.Struct, frozen=True):
    """A comment in the panel, with the viewer's votes and the `submission` of a reply to it."""

    row: CommentRow
    depth: int
    viewer_state: ViewerState
    submission: str
    # Replies that only the thread's own page shows.
    hidden: int


class PanelQuery(msgspec.Struct, frozen=True):
    """Which part of a discussion a panel shows: a passage, or one comment with its context."""

    thread: int
    passage: int | None = None
    focus: int | None = None
    # Whether the viewer asked to see how others answered the thesis.
    looks: bool = False

    @property
    def is_whole(self) -> bool:
        return self.passage is None and self.focus is None


async def panel(query: PanelQuery, viewer: Viewer | None) -> dict[str, Any]:
    """Return what the panel's template needs. Raises NotFound if there is no such thread."""
    whole = await views.thread_view(
        views.DiscussionQuery(query.thread, view="all"), fresh=viewer is not None, viewer=viewer
    )
    focus = await _focus(query)
    shown = await views.discussion(
        views.DiscussionQuery(query.thread, "best", passage=query.passage, focus=focus), viewer
    )
    own = await votes.votes_in_thread(viewer.id, query.thread) if viewer else {}
    comments_shown = list(_comments(shown, own, viewer))
    own_thesis = await theses.of_member(viewer.id, query.thread) if viewer else None
    return {
        "thread": whole.thread,
        "query": query,
        "thesis": thesis_box(whole.thesis, own_thesis, thread_state=whole.thread.state, looks=query.looks),
        "thesis_problem": None,
        "vote_problem": None,
        "voices": None if whole.voices is None or whole.voices.hidden_from(viewer) else whole.voices,
        "passage_row": next((row for row in whole.rows if row.lineage == query.passage), None),
        "comments": comments_shown,
        "on_page": {embedded.row.id for embedded in comments_shown},
        "held": await texts.held_comments(viewer.id, query.thread) if viewer else [],
        "more": shown.next_url is not None,
        "submission": str(uuid4()),
    }


async def _focus(query: PanelQuery) -> int | None:
    """Return the comment to begin with, unless a moderator has moved it to another thread."""
    row = await comments.one(query.focus) if query.focus is not None else None
    return query.focus if row is not None and row.thread == query.thread else None


def _comments(shown: Discussion, own: dict[int, ViewerState], viewer: Viewer | None) -> Iterator[ShownComment]:
    """Yield the comments in reading order, each after the comment that it answers."""
    tree, rows = shown.tree, shown.layout.rows
    todo = [(root, 0) for root in reversed(tree.roots)]
    while todo:
        number, depth = todo.pop()
        if number in rows:
            row = comments.seen_by(rows[number], viewer)
            hidden = tree.hidden.get(number, (0, None))[0]
            yield ShownComment(row, depth, own.get(number, NOTHING), str(uuid4()), hidden)
            todo += [(child, depth + 1) for child in reversed(tree.children.get(number, []))]
