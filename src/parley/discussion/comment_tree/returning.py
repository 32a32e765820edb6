"""Where a member stopped reading a thread, and what is new since then."""

import msgspec

from parley.discussion.comment_tree.view import ThreadView
from parley.discussion.comment_tree.viewer_state import is_muted
from parley.discussion.comments.queries import CommentRow
from parley.discussion.comments.rules import IS_VISIBLE
from parley.discussion.threads.queries import VisitRow
from parley.platform import db
from parley.platform.http.access import Viewer
from parley.platform.text.cleaning import shorten

# Long enough to recognise a passage, short enough for one line.
PASSAGE_LENGTH = 60


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
        if row.created_at > visit.since and row.state == "visible" and _can_be_new(row, viewer):
            return f"#c{comment}"
    return f"{shown.thread.address}?sort=new#discussion"


def _can_be_new(row: CommentRow, viewer: Viewer) -> bool:
    """Whether the comment can be new to the viewer: somebody else wrote it, whom they neither muted nor blocked."""
    return row.author_id != viewer.id and not is_muted(row, viewer)


# More than one page shows, so that some are left when the reader has visited all of its new comments.
MOST_NEW = 300
SELECT_BEYOND = f"""
select c.id from comment c
where c.thread = $1 and c.created_at > $2 and c.author is distinct from $3 and {IS_VISIBLE}
  and c.id <> all($5::bigint[])
  and coalesce(c.author, 0) <> all(array(select other from block where member = $3))
order by c.id > $4 desc, c.id limit {MOST_NEW}
"""  # noqa: S608 constants only


async def unread_beyond(shown: ThreadView, visit: VisitRow | None, viewer: Viewer) -> list[int]:
    """Return the unread comments that the page does not show, the oldest first.

    On a page that focuses a comment, those posted after that comment come first.
    """
    if visit is None or not visit.unread:
        return []
    layout, focus = shown.discussion.layout, shown.discussion.query.focus
    values = (shown.thread.id, visit.since, viewer.id, focus or 0, list(layout.entries))
    ids: list[int] = await db.values(SELECT_BEYOND, *values)
    return ids
