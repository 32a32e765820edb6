"""The fragments of a discussion in the order of the page, and the HTML that they make for one viewer."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from markupsafe import Markup

from parley.comments.choosing import Tree
from parley.comments.fragments import Fragment, ViewerState, fragment_of, stub
from parley.comments.queries import CommentRow
from parley.threads.queries import SlowBranch

# From this level on replies follow as siblings instead of nesting: indentation and DOM depth stay bounded.
FLAT_FROM = 8


class Layout(msgspec.Struct, frozen=True):
    """The fragments of a tree in the order of the page, the same for every viewer."""

    rows: Mapping[int, CommentRow]
    parts: list[str]
    # For each comment the index in `parts` at which it begins, and the parent's author if the comment names them.
    positions: dict[int, tuple[int, str | None]]


# Comments with their level, and finished HTML, still to be added; the next one is last.
Todo = list[tuple[int, int] | str]


def lay_out(
    tree: Tree, rows: Mapping[int, CommentRow], sort: str, groups: Sequence[tuple[Fragment, list[int]]] = ()
) -> Layout:
    """Put the fragments of `tree` in order: all its roots or, with `groups`, the roots of each inside its frame."""
    layout = Layout(rows, [], {})
    # Depth first without recursion: a chain of replies may be longer than Python's stack.
    todo: Todo = [(root, 0) for root in tree.roots]
    if groups:
        todo = [item for frame, roots in groups for item in _inside(frame, roots)]
    todo.reverse()
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            layout.parts.append(item)
        else:
            todo += _add(layout, tree, sort, *item)
    return layout


def _inside(frame: Fragment, roots: Sequence[int]) -> Todo:
    return [frame.before, *((root, 0) for root in roots), frame.after]


def _add(layout: Layout, tree: Tree, sort: str, comment: int, level: int) -> Todo:
    """Add a comment to `layout`, and return what follows it, last first."""
    row = layout.rows.get(comment)
    if row is None:
        return []
    flat = level >= FLAT_FROM
    parent_author = _parent_author(layout.rows, row) if flat else None
    fragment = fragment_of(row, None, parent_author)
    layout.positions[comment] = len(layout.parts), parent_author
    layout.parts.append(fragment.before)
    left = tree.hidden.get(comment)
    children: Sequence[int] = tree.children.get(comment, ())
    rest = stub(row, left, sort, shows_some=bool(children)) if left else ""
    if flat:
        layout.parts.append(fragment.after)
    return [*([] if flat else [fragment.after]), rest, *((child, level + 1) for child in reversed(children))]


def _parent_author(rows: Mapping[int, CommentRow], row: CommentRow) -> str | None:
    parent = rows.get(row.parent) if row.parent is not None else None
    return parent.author if parent else None


def assemble(
    layout: Layout,
    states: Mapping[int, ViewerState] | None = None,
    new_since: datetime | None = None,
    viewer: int | None = None,
    slow_branches: Sequence[SlowBranch] = (),
) -> Markup:
    """Return the HTML of a layout for one viewer, whose `states` replace the fragments that everybody sees.

    Visible comments of other members that were posted after `new_since` are marked as new. The first comment of each
    slow branch says that the branch is in slow mode.
    """
    parts = layout.parts.copy()
    states = states or {}
    slow = {branch.comment: branch for branch in slow_branches if branch.comment is not None}
    for comment in layout.positions.keys() & (states.keys() | slow.keys()):
        index, parent_author = layout.positions[comment]
        row = layout.rows[comment]
        parts[index] = fragment_of(row, states.get(comment), parent_author, slow.get(comment)).before
    if new_since is not None:
        for comment, (index, _) in layout.positions.items():
            if _is_new(layout.rows[comment], states.get(comment), new_since, viewer):
                parts[index] = parts[index].replace('class="comment', 'class="comment is-new', 1)
    return Markup("".join(parts))  # noqa: S704 our own template's output


def _is_new(row: CommentRow, state: ViewerState | None, since: datetime, viewer: int | None) -> bool:
    is_blocked = state is not None and state.blocked
    return row.created_at > since and row.state == "visible" and row.author_id != viewer and not is_blocked
