"""Comments as finished HTML: each rendered once per version, a page is a join of pieces."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from sys import getsizeof
from typing import Any

import msgspec
from markupsafe import Markup

from parley.comments.choosing import Tree
from parley.comments.queries import CommentRow, withheld
from parley.core.cache import Bounded
from parley.core.http.pages import ago, environment
from parley.threads.queries import SlowBranch

# From this level on replies follow as siblings instead of nesting: indentation and DOM depth stay bounded.
FLAT_FROM = 8
KEPT = 8_000
KEPT_BYTES = 32 * 2**20
# What a piece takes besides its texts: its objects, its key and its place in the map.
OTHER_BYTES = 2_000
# Stands where a piece's replies go; no rendered text can hold a NUL (core/text/cleaning.py refuses it).
REPLIES = Markup("\x00")


class ViewerState(msgspec.Struct, frozen=True):
    """The viewer's part in one comment: votes, and what an author may do."""

    quality: int | None = None
    agreement: int | None = None
    own: bool = False
    may_edit: bool = False
    may_delete: bool = False
    may_restore: bool = False
    # The viewer muted its author, or blocked them.
    muted: bool = False
    blocked: bool = False


class Fragment(msgspec.Struct, frozen=True):
    """A comment's HTML before and after its replies."""

    before: str
    after: str


class CachedFragment(msgspec.Struct, frozen=True):
    row: CommentRow
    age: str
    piece: Fragment


class Stub(msgspec.Struct, frozen=True):
    count: int
    url: str
    in_place: bool


def _size(kept: CachedFragment) -> int:
    """Bytes in memory of a piece and of the row it was made from, roughly."""
    row = (getattr(kept.row, field) for field in kept.row.__struct_fields__)
    texts = [kept.piece.before, kept.piece.after, *(value for value in row if isinstance(value, str))]
    return OTHER_BYTES + sum(map(getsizeof, texts))


_kept: Bounded[CachedFragment] = Bounded(KEPT, KEPT_BYTES, _size, "comments")


def fragment_of(
    row: CommentRow, mine: ViewerState | None = None, answered: str | None = None, slow_branch: SlowBranch | None = None
) -> Fragment:
    """The fragment of `row`; `answered` names whom a reply on the flat levels answers, `slow_branch` slows its branch.

    Kept for everybody: members whose votes on a comment are the same see the same piece.
    """
    key = (row.id, answered, mine, slow_branch)
    age = ago(row.created_at)
    kept = _kept.get(key)
    if kept is not None and kept.row == row and kept.age == age:
        return kept.piece
    fresh = _render(row, mine, answered, slow_branch)
    _kept.put(key, CachedFragment(row, age, fresh))
    return fresh


def html(row: CommentRow, mine: ViewerState | None = None) -> Markup:
    """One comment alone, without replies."""
    whole = _render(row, mine, None)
    return Markup(whole.before + whole.after)  # noqa: S704 our own template's output


def frame(template: str, **context: Any) -> Fragment:
    """What stands around a group of comments."""
    before, _, after = environment().get_template(template).render(context, comments=REPLIES).partition(REPLIES)
    return Fragment(before, after)


def stub(row: CommentRow, left: tuple[int, int | None], sort: str, *, shows_some: bool) -> str:
    """What stands for the replies to `row` that are left out: they open in place after the last one shown.

    Where those shown are not the first of their order (around a focused comment), it leads to the branch's page.
    """
    count, last = left
    after = f"&after={last}" if last is not None else ""
    in_place = last is not None or not shows_some
    url = f"/t/{row.thread}/comments?branch={row.id}&sort={sort}{after}" if in_place else f"/c/{row.id}"
    return environment().get_template("comments/_stub.html").render(stub=Stub(count, url, in_place))


class Layout(msgspec.Struct, frozen=True):
    """The pieces of a tree in the order of the page, as everybody sees them; a viewer's own take others' places."""

    rows: Mapping[int, CommentRow]
    parts: list[str]
    # Where in `parts` each comment begins, and whom it answers if it must say so.
    places: dict[int, tuple[int, str | None]]


Todo = list[tuple[int, int] | str]


def lay_out(
    tree: Tree, rows: Mapping[int, CommentRow], sort: str, groups: Sequence[tuple[Fragment, list[int]]] = ()
) -> Layout:
    """Put the pieces of `tree` in order: all its roots, or those of each of `groups` inside that one's own piece."""
    layout = Layout(rows, [], {})
    out = layout.parts
    # Depth first without recursion: a chain of replies may be longer than Python's stack.
    todo: Todo = [(root, 0) for root in tree.roots]
    if groups:
        todo = [one for frame, roots in groups for one in _inside(frame, roots)]
    todo.reverse()
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            out.append(item)
            continue
        comment, level = item
        row = rows.get(comment)
        if row is None:
            continue
        flat = level >= FLAT_FROM
        answered = _answered(rows, row) if flat else None
        made = fragment_of(row, None, answered)
        layout.places[comment] = len(out), answered
        out.append(made.before)
        left = tree.hidden.get(comment)
        children: Sequence[int] = tree.children.get(comment, ())
        rest = stub(row, left, sort, shows_some=bool(children)) if left else ""
        todo += [rest] if flat else [made.after, rest]
        todo += [(child, level + 1) for child in reversed(children)]
        if flat:
            out.append(made.after)
    return layout


def _inside(frame: Fragment, roots: Sequence[int]) -> Todo:
    return [frame.before, *((root, 0) for root in roots), frame.after]


def assemble(
    layout: Layout,
    mine: Mapping[int, ViewerState] | None = None,
    new_since: datetime | None = None,
    viewer: int | None = None,
    slow_branches: Sequence[SlowBranch] = (),
) -> Markup:
    """One HTML text, with the viewer's own pieces, marking what others wrote after `new_since` and can still be read.

    Where one of `slow_branches` slows a branch, its first comment says so.
    """
    parts = layout.parts.copy()
    mine = mine or {}
    slow = {slow_branch.comment: slow_branch for slow_branch in slow_branches if slow_branch.comment is not None}
    for comment in layout.places.keys() & (mine.keys() | slow.keys()):
        place, answered = layout.places[comment]
        parts[place] = fragment_of(layout.rows[comment], mine.get(comment), answered, slow.get(comment)).before
    if new_since is not None:
        for comment, (place, _) in layout.places.items():
            row = layout.rows[comment]
            shut_out = comment in mine and mine[comment].blocked
            is_news = row.state == "visible" and row.author_id != viewer and not shut_out
            if is_news and row.created_at > new_since:
                parts[place] = parts[place].replace('class="comment', 'class="comment is-new', 1)
    return Markup("".join(parts))  # noqa: S704 our own template's output


def _answered(rows: Mapping[int, CommentRow], row: CommentRow) -> str | None:
    parent = rows.get(row.parent) if row.parent is not None else None
    return parent.author if parent else None


def _render(
    row: CommentRow, mine: ViewerState | None, answered: str | None, slow_branch: SlowBranch | None = None
) -> Fragment:
    context: dict[str, Any] = {
        "comment": withheld(row) if mine and mine.blocked else row,
        "mine": mine,
        "replies": REPLIES,
        "stub": None,
        "parent_author": answered,
        "flat": answered is not None,
        "slow_branch": slow_branch,
    }
    before, _, after = environment().get_template("comments/_comment.html").render(context).partition("\x00")
    return Fragment(before, after)
