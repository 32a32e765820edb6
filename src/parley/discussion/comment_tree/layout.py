"""The fragments of a discussion in the order of the page, and the HTML that they make for one viewer."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from parley.discussion.comment_tree.choosing import Tree
from parley.discussion.comment_tree.fragments import Fragment, RepliesSummary, ViewerState, fragment_of, frame, stub
from parley.discussion.comments.queries import CommentRow
from parley.discussion.threads.queries import SlowBranch
from parley.discussion.threads.reading import VisitRow
from parley.platform.http.pages import Prepared

# A response shows this many replies, the others are collapsed.
REPLIES_SHOWN = 2
# The authors of collapsed replies that are named.
MOST_NAMED = 2
# From this level on replies follow as siblings instead of nesting: indentation and DOM depth stay bounded.
FLAT_FROM = 8
NO_STATES: Mapping[int, ViewerState] = {}


class CollapsedReplies(msgspec.Struct, frozen=True):
    """The replies after the first REPLIES_SHOWN: those on the page, and how many there are with those that are not."""

    shown: tuple[int, ...]
    count: int


def replies_of(
    shown: Sequence[int],
    count: int,
    rows: Mapping[int, CommentRow],
    states: Mapping[int, ViewerState],
    *,
    is_open: bool,
) -> RepliesSummary:
    """Return the summary of `count` replies, some of which are on the page (`shown`).

    It names nobody whom the viewer blocked, and no author of a comment that cannot be read.
    """
    names = dict.fromkeys(_authors(shown, rows, states))
    named = tuple(names)[:MOST_NAMED]
    theirs = sum(author in named for author in _authors(shown, rows, states))
    return RepliesSummary(named, count - theirs if named else 0, is_open)


def _authors(shown: Iterable[int], rows: Mapping[int, CommentRow], states: Mapping[int, ViewerState]) -> list[str]:
    blocked = {comment for comment in shown if comment in states and states[comment].blocked}
    authors = (rows[comment].author for comment in shown if comment in rows and comment not in blocked)
    return [author for author in authors if author]


def split_around(
    rest: CollapsedReplies, rows: Mapping[int, CommentRow], states: Mapping[int, ViewerState], *, is_open: bool = False
) -> Fragment:
    """Return the HTML before and after the replies that are collapsed together."""
    replies = replies_of(rest.shown, rest.count, rows, states, is_open=is_open)
    return frame("discussion/comments/_rest.html", rest=rest, summary=replies)


class LayoutEntry(msgspec.Struct, frozen=True):
    """Where a comment begins in a layout's `parts`, and the other arguments of its fragment.

    `replies` are the replies on the page, and `is_open` says whether they are shown before the reader opens them.
    """

    index: int
    parent_author: str | None
    replies: tuple[int, ...]
    is_open: bool


class Layout(msgspec.Struct, frozen=True):
    """The fragments of a tree in the order of the page, for every viewer. As bytes, which are joined faster."""

    rows: Mapping[int, CommentRow]
    parts: list[bytes]
    entries: dict[int, LayoutEntry]
    # Replies that are collapsed together, by the index in `parts` at which they begin.
    rests: dict[int, CollapsedReplies]
    # The `parts` as whoever sees nothing of their own among them gets them.
    common: Prepared


# Comments with their level, replies to be collapsed, and finished HTML, still to be added; the next one is last.
Todo = list[tuple[int, int] | CollapsedReplies | str]


def lay_out(
    tree: Tree,
    rows: Mapping[int, CommentRow],
    sort: str,
    groups: Sequence[tuple[Fragment, list[int]]] = (),
    *,
    collapses: bool = True,
) -> Layout:
    """Put the fragments of `tree` in order: all its roots or, with `groups`, the roots of each inside its frame.

    A response shows its first replies; with `collapses`, the other replies and the replies to replies are collapsed.
    """
    parts: list[bytes] = []
    layout = Layout(rows, parts, {}, {}, Prepared(parts, shared=True))
    # Depth first without recursion: a chain of replies may be longer than Python's stack.
    todo: Todo = [(root, 0) for root in tree.roots]
    if groups:
        todo = []
        for frame, roots in groups:
            todo += [frame.before, *((root, 0) for root in roots), frame.after]
    todo.reverse()
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            layout.parts.append(item.encode())
        elif isinstance(item, CollapsedReplies):
            layout.rests[len(layout.parts)] = item
            layout.parts.append(split_around(item, rows, NO_STATES).before.encode())
        else:
            todo += reversed(_add(layout, tree, sort, *item, collapses=collapses))
    return layout


def _add(layout: Layout, tree: Tree, sort: str, comment: int, level: int, *, collapses: bool) -> Todo:
    row = layout.rows.get(comment)
    if row is None:
        return []
    flat, parent = level >= FLAT_FROM, layout.rows.get(row.parent or 0)
    children: Sequence[int] = tree.children.get(comment, ())
    entry = LayoutEntry(
        len(layout.parts),
        parent.author if flat and parent else None,
        tuple(children),
        is_open=not collapses or row.parent is None,
    )
    fragment = _fragment(layout, comment, entry)
    layout.entries[comment] = entry
    layout.parts.append(fragment.before.encode())
    left = tree.hidden.get(comment)
    below: Todo = [(child, level + 1) for child in children]
    if left:
        below.append(stub(row, left, sort, shows_some=bool(children)))
    if collapses and row.parent is None and len(children) > REPLIES_SHOWN:
        rest = CollapsedReplies(
            tuple(children[REPLIES_SHOWN:]), len(children) - REPLIES_SHOWN + (left[0] if left else 0)
        )
        below = [*below[:REPLIES_SHOWN], rest, *below[REPLIES_SHOWN:], split_around(rest, layout.rows, NO_STATES).after]
    return [fragment.after, *below] if flat else [*below, fragment.after]


def _fragment(
    layout: Layout,
    comment: int,
    entry: LayoutEntry,
    states: Mapping[int, ViewerState] = NO_STATES,
    slow_branch: SlowBranch | None = None,
    *,
    is_open: bool = False,
) -> Fragment:
    row = layout.rows[comment]
    replies = None
    if entry.replies:
        replies = replies_of(entry.replies, row.reply_count, layout.rows, states, is_open=is_open or entry.is_open)
    return fragment_of(row, states.get(comment), entry.parent_author, slow_branch, replies)


def assemble(
    layout: Layout,
    states: Mapping[int, ViewerState] = NO_STATES,
    visit: VisitRow | None = None,
    viewer: int | None = None,
    slow_branches: Sequence[SlowBranch] = (),
) -> Prepared:
    """Return the HTML of a layout for one viewer, whose `states` replace the fragments that everybody sees.

    Visible comments by others that were not read before `visit` are marked as new and not collapsed, unless the viewer
    muted or blocked their author, or muted a word in them. The first comment of each slow branch says that the branch
    is in slow mode.
    """
    slow = {branch.comment: branch for branch in slow_branches if branch.comment is not None}
    new = _new_comments(layout, states, visit, viewer)
    if not new and layout.rows.keys().isdisjoint(states.keys() | slow.keys()):
        return layout.common
    parts = layout.parts.copy()
    above = _ancestors_of(layout, new)
    blocked = {comment for comment, state in states.items() if state.blocked}
    changed = states.keys() | slow.keys() | above | _ancestors_of(layout, blocked)
    for comment in layout.entries.keys() & changed:
        entry = layout.entries[comment]
        fragment = _fragment(layout, comment, entry, states, slow.get(comment), is_open=comment in above)
        parts[entry.index] = fragment.before.encode()
    for index, rest in layout.rests.items():
        is_open = not (above | new).isdisjoint(rest.shown)
        if is_open or not blocked.isdisjoint(rest.shown):
            parts[index] = split_around(rest, layout.rows, states, is_open=is_open).before.encode()
    for comment in new:
        index = layout.entries[comment].index
        parts[index] = parts[index].replace(b'class="comment', b'class="comment is-new', 1)
    return Prepared(parts)


def _new_comments(
    layout: Layout, states: Mapping[int, ViewerState], visit: VisitRow | None, viewer: int | None
) -> set[int]:
    if visit is None:
        return set()
    unread = [row for row in layout.rows.values() if not visit.has_read(row.id, row.created_at)]
    hidden = {comment for comment, state in states.items() if state.muted or state.blocked or state.muted_word}
    return {
        row.id
        for row in unread
        if row.id in layout.entries and row.id not in hidden and row.state == "visible" and row.author_id != viewer
    }


def _ancestors_of(layout: Layout, comments: Iterable[int]) -> set[int]:
    ancestors: set[int] = set()
    for comment in comments:
        row = layout.rows.get(comment)
        while row is not None and row.parent is not None and row.parent not in ancestors:
            ancestors.add(row.parent)
            row = layout.rows.get(row.parent)
    return ancestors
