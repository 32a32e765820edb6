"""What depends on the viewer in a discussion that is otherwise the same for everybody."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.comment_tree.layout import assemble
from parley.discussion.comment_tree.view import Discussion, ThreadView
from parley.discussion.comments.queries import CommentRow
from parley.discussion.threads.queries import SlowBranch
from parley.discussion.threads.reading import CONTAINS_MUTED_WORD, IS_UNREAD, VisitRow
from parley.people.accounts.muted_words import first_in, searchable
from parley.people.accounts.viewer import Viewer
from parley.platform.cache import by_text
from parley.platform.concurrency import in_thread
from parley.platform.http.pages import Prepared
from parley.platform.text.cleaning import shorten
from parley.platform.text.detection import language_of
from parley.platform.text.markdown import plain

# A member's votes, by comment.
Votes = Mapping[int, ViewerState]
# Long enough to recognise a passage, short enough for one line.
PASSAGE_LENGTH = 60
# More than one page shows, so that some are left when the reader has visited all of its new comments.
MOST_NEW = 300
# Of the comments on the pages of members who muted words.
PLAIN_BYTES = 8 * 2**20
# In characters of HTML. More is read in a thread: hostile letters take a microsecond each.
MOST_ON_LOOP = 20_000
# The unread comments that are not among those of the page ($4), the oldest first; on a page that focuses comment $3,
# those posted after it come first. No more of them are searched for words that the reader muted.
SELECT_BEYOND = f"""
select c.id from (
    select c.id, c.statement, c.body
    from visit v join comment c on c.thread = v.thread and {IS_UNREAD} and c.id <> all((select $4::bigint[])::bigint[])
    where v.member = $1 and v.thread = $2 order by c.id > $3 desc, c.id limit {MOST_NEW}
) c where not {CONTAINS_MUTED_WORD.format(member="$1::bigint")} order by c.id > $3 desc, c.id
"""  # noqa: S608 constants only


def comments_html(
    shown: Discussion,
    viewer: Viewer | None = None,
    votes: Votes | None = None,
    visit: VisitRow | None = None,
    *,
    topic: str,
    slow_branches: Sequence[SlowBranch],
    muted: Mapping[int, str] | None = None,
) -> Prepared:
    """Return the comments of a discussion in a `topic` as `viewer` sees them.

    They cast `votes` and muted words (`muted_in`).
    """
    if viewer is None:
        return assemble(shown.layout, slow_branches=slow_branches)
    states = _viewer_states(shown.layout.rows, viewer, votes or {}, muted or {}, moderates=viewer.moderates_in(topic))
    if shown.query.folds:
        states |= dict(_folded_states(shown.layout.rows.values(), viewer, states))
    return assemble(shown.layout, states, visit, viewer.id, slow_branches)


def _folded_states(
    rows: Iterable[CommentRow], viewer: Viewer, states: Mapping[int, ViewerState]
) -> Iterator[tuple[int, ViewerState]]:
    """Yield the states of others' comments in languages that the viewer does not read."""
    for row in rows:
        code = language_of(row.raw_html) if row.author_id not in (viewer.id, *viewer.blocked) else None
        if code and code not in viewer.reads:
            yield row.id, msgspec.structs.replace(states.get(row.id, ViewerState()), folded=code)


def _viewer_states(
    rows: Mapping[int, CommentRow], viewer: Viewer, votes: Votes, muted: Mapping[int, str], *, moderates: bool
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
        elif word := muted.get(row.id):
            states[row.id] = msgspec.structs.replace(states.get(row.id, ViewerState()), muted_word=word)
    return states


def is_muted(row: CommentRow, viewer: Viewer) -> bool:
    return row.author_id in viewer.blocked or (row.author in viewer.muted and row.has_profile)


Words = tuple[str, ...]


async def muted_in(rows: Iterable[CommentRow], words: Words) -> dict[int, str]:
    """Return the first of a viewer's muted words in each of these comments that is visible and has one."""
    return {comment: word for (comment, _), word in (await muted_by_readers(rows, {words} - {()})).items()}


async def muted_by_readers(rows: Iterable[CommentRow], readers: Collection[Words]) -> dict[tuple[int, Words], str]:
    """Return as `muted_in`, for several readers, by comment and what a reader muted."""
    visible = [row for row in rows if row.state == "visible"] if readers else []
    if len(readers) * sum(len(row.raw_html) for row in visible) > MOST_ON_LOOP:
        return await in_thread(_muted_by_readers, visible, readers)
    return _muted_by_readers(visible, readers)


def _muted_by_readers(rows: list[CommentRow], readers: Collection[Words]) -> dict[tuple[int, Words], str]:
    texts = {row.id: f"{searchable(row.statement or '')} {_folded(row.raw_html)}" for row in rows}
    found = ((comment, words, first_in(text, words)) for comment, text in texts.items() for words in readers)
    return {(comment, words): word for comment, words, word in found if word}


@by_text("plain", PLAIN_BYTES)
def _folded(html: str) -> str:
    return searchable(plain(html))


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


def left_off(shown: ThreadView, visit: VisitRow | None, viewer: Viewer, muted: Collection[int]) -> LeftOff | None:
    """Return what a thread's page shows a member who comes back, or None if there is nothing to show.

    `muted` are comments with words that they muted.
    """
    if visit is None:
        return None
    row = next((row for row in shown.rows if row.lineage == visit.passage), None)
    if row is None and not visit.unread:
        return None
    words = shorten(row.text, PASSAGE_LENGTH) if row else ""
    return LeftOff(row.lineage if row else None, words, visit.unread, _first_unread_link(shown, visit, viewer, muted))


def _first_unread_link(shown: ThreadView, visit: VisitRow, viewer: Viewer, muted: Collection[int]) -> str:
    """Link to the first unread comment on this page; if there is none, to the page that lists the newest first."""
    layout = shown.discussion.layout
    for comment in layout.entries:
        row = layout.rows[comment]
        is_new = not visit.has_read(row.id, row.created_at) and row.state == "visible" and row.author_id != viewer.id
        if is_new and not is_muted(row, viewer) and comment not in muted:
            return f"#c{comment}"
    return f"{shown.thread.address}?sort=new#discussion"
