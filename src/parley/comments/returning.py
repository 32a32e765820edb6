"""Where a member left off in a thread, and what came since."""

import msgspec

from parley.comments.queries import CommentRow
from parley.comments.rules import IS_VISIBLE
from parley.comments.view import ThreadView
from parley.core import db
from parley.core.http.access import Viewer
from parley.core.text.cleaning import shortened
from parley.threads.queries import VisitRow

# Enough to know a passage again, on one line.
WORDS = 60


class LeftOff(msgspec.Struct, frozen=True):
    """The passage read last (None: it is gone, or none was) and its first words; unread comments and the first."""

    passage: int | None
    words: str
    unread: int
    first: str


def left_off(shown: ThreadView, visit: VisitRow | None, viewer: Viewer) -> LeftOff | None:
    """What a thread's page tells a member who comes back; None where there is nothing to tell."""
    if visit is None:
        return None
    row = next((row for row in shown.rows if row.lineage == visit.passage), None)
    if row is None and not visit.unread:
        return None
    words = shortened(row.text, WORDS) if row else ""
    return LeftOff(row.lineage if row else None, words, visit.unread, _first(shown, visit, viewer))


def _first(shown: ThreadView, visit: VisitRow, viewer: Viewer) -> str:
    """Where the first unread comment of the page stands; where it shows none, the newest come first elsewhere."""
    layout = shown.discussion.layout
    for comment in layout.places:
        row = layout.rows[comment]
        if row.created_at > visit.since and row.state == "visible" and _is_for(row, viewer):
            return f"#c{comment}"
    return f"{shown.thread.address}?sort=new#discussion"


def _is_for(row: CommentRow, viewer: Viewer) -> bool:
    """Whether it can be news to a viewer: written by somebody else whom they did not block."""
    return row.author_id != viewer.id and row.author_id not in viewer.blocked


# More than one page shows as new, so that something is left of them when the reader has been to all of those.
MOST = 300
BEYOND = f"""
select c.id from comment c
where c.thread = $1 and c.created_at > $2 and c.author is distinct from $3 and {IS_VISIBLE}
  and c.id <> all($5::bigint[]) and coalesce(c.author, 0) <> all($6::bigint[])
order by c.id > $4 desc, c.id limit {MOST}
"""  # noqa: S608 constants only


async def unread_beyond(shown: ThreadView, visit: VisitRow | None, viewer: Viewer) -> list[int]:
    """The unread comments that the page does not show, the oldest first; around one, those after it come first."""
    if visit is None or not visit.unread:
        return []
    layout, focus = shown.discussion.layout, shown.discussion.place.focus
    values = (shown.thread.id, visit.since, viewer.id, focus or 0, list(layout.places), list(viewer.blocked))
    found: list[int] = await db.values(BEYOND, *values)
    return found
