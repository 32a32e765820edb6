"""What depends on the viewer in a discussion that is otherwise the same for everybody."""

from collections.abc import Mapping, Sequence

import msgspec

from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.comment_tree.layout import assemble
from parley.discussion.comment_tree.view import Discussion, ThreadView
from parley.discussion.comments.queries import CommentRow
from parley.discussion.threads.queries import SlowBranch
from parley.discussion.threads.reading import IS_UNREAD_WANTED, VisitRow
from parley.people.accounts.muted_words import muted_word
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.cache import by_text
from parley.platform.http.pages import Prepared
from parley.platform.text.cleaning import shorten
from parley.platform.text.markdown import plain

# A member's votes, by comment.
Votes = Mapping[int, ViewerState]
# Long enough to recognise a passage, short enough for one line.
PASSAGE_LENGTH = 60
# More than one page shows, so that some are left when the reader has visited all of its new comments.
MOST_NEW = 300
# Of the comments on the pages of members who muted words.
PLAIN_BYTES = 8 * 2**20
SELECT_BEYOND = f"""
select c.id from visit v join comment c on c.thread = v.thread and {IS_UNREAD_WANTED} and c.id <> all($4::bigint[])
where v.member = $1 and v.thread = $2 order by c.id > $3 desc, c.id limit {MOST_NEW}
"""  # noqa: S608 constants only


def comments_html(
    shown: Discussion,
    viewer: Viewer | None = None,
    votes: Votes | None = None,
    visit: VisitRow | None = None,
    *,
    topic: str,
    slow_branches: Sequence[SlowBranch],
) -> Prepared:
    """Return the comments of a discussion in a `topic` as `viewer` sees them, who cast `votes`."""
    if viewer is None:
        return assemble(shown.layout, slow_branches=slow_branches)
    states = _viewer_states(shown.layout.rows, viewer, votes or {}, moderates=viewer.moderates_in(topic))
    return assemble(shown.layout, states, visit, viewer.id, slow_branches)


def _viewer_states(
    rows: Mapping[int, CommentRow], viewer: Viewer, votes: Votes, *, moderates: bool
) -> dict[int, ViewerState]:
    states = dict(votes)
    if moderates:
        for row in rows.values():
            if row.state == "visible" and row.author_id != viewer.id:
                states[row.id] = msgspec.structs.replace(states.get(row.id, ViewerState()), moderates=True)
    for row in rows.values():
        if row.author_id == viewer.id:
            states[row.id] = viewer_state_of(row)
        elif row.author_id in viewer.blocked:
            states[row.id] = ViewerState(blocked=True)
        elif row.author in viewer.muted and row.has_profile:
            states[row.id] = msgspec.structs.replace(states.get(row.id, ViewerState()), muted=True)
        elif word := muted_word_of(row, viewer.muted_words):
            states[row.id] = msgspec.structs.replace(states.get(row.id, ViewerState()), muted_word=word)
    return states


def is_muted(row: CommentRow, viewer: Viewer) -> bool:
    return row.author_id in viewer.blocked or (row.author in viewer.muted and row.has_profile)


def muted_word_of(row: CommentRow, words: tuple[str, ...]) -> str | None:
    """Return the first of a viewer's muted words in a visible comment."""
    if not words or row.state != "visible":
        return None
    return muted_word(words, f"{row.statement or ''} {_plain(row.raw_html)}")


_plain = by_text("plain", PLAIN_BYTES)(plain)


def viewer_state_of(row: CommentRow) -> ViewerState:
    """Return the state of a comment for its author."""
    visible = row.state == "visible"
    return ViewerState(is_author=True, may_edit=visible, may_delete=visible, may_restore=row.state == "deleted")


class LeftOff(msgspec.Struct, frozen=True):
    """Where the member stopped reading.

    `passage` is the passage read last (None if there is none or it is gone), and `words` how it begins. `unread` counts
    the unread comments, and `first` links to the first of them.
    """

    passage: int | None
    words: str
    unread: int
    first: str


def left_off(shown: ThreadView, visit: VisitRow | None, viewer: Viewer) -> LeftOff | None:
    """Return what a thread's page shows a member who comes back, or None if there is nothing to show."""
    if visit is None:
        return None
    row = next((row for row in shown.rows if row.lineage == visit.passage), None)
    if row is None and not visit.unread:
        return None
    words = shorten(row.text, PASSAGE_LENGTH) if row else ""
    return LeftOff(row.lineage if row else None, words, visit.unread, _first_unread_link(shown, visit, viewer))


def _first_unread_link(shown: ThreadView, visit: VisitRow, viewer: Viewer) -> str:
    """Link to the first unread comment on this page; if there is none, to the page that lists the newest first."""
    layout = shown.discussion.layout
    for comment in layout.entries:
        row = layout.rows[comment]
        is_new = not visit.has_read(row.id, row.created_at) and row.state == "visible" and row.author_id != viewer.id
        if is_new and not is_muted(row, viewer) and not muted_word_of(row, viewer.muted_words):
            return f"#c{comment}"
    return f"{shown.thread.address}?sort=new#discussion"


async def unread_beyond(shown: ThreadView, visit: VisitRow | None, viewer: Viewer) -> list[int]:
    """Return the unread comments that the page does not show, the oldest first.

    On a page that focuses a comment, those posted after that comment come first.
    """
    if visit is None or not visit.unread:
        return []
    layout, focus = shown.discussion.layout, shown.discussion.query.focus
    values = (viewer.id, shown.thread.id, focus or 0, list(layout.entries))
    ids: list[int] = await db.values(SELECT_BEYOND, *values)
    return ids
