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
from parley.core.pages import ago, environment
from parley.threads.queries import Brake

# From this level on replies follow as siblings instead of nesting: indentation and DOM depth stay bounded.
FLAT_FROM = 8
KEPT = 8_000
KEPT_BYTES = 32 * 2**20
# What a piece takes besides its texts: its objects, its key and its place in the map.
OTHER_BYTES = 2_000
# Stands where a piece's replies go; no rendered text can hold a NUL (core/text.py refuses it).
REPLIES = Markup("\x00")


class Mine(msgspec.Struct, frozen=True):
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


class Piece(msgspec.Struct, frozen=True):
    """A comment's HTML before and after its replies."""

    before: str
    after: str


class Kept(msgspec.Struct, frozen=True):
    row: CommentRow
    age: str
    piece: Piece


class Stub(msgspec.Struct, frozen=True):
    count: int
    url: str
    in_place: bool


def _size(kept: Kept) -> int:
    """Bytes in memory of a piece and of the row it was made from, roughly."""
    row = (getattr(kept.row, field) for field in kept.row.__struct_fields__)
    texts = [kept.piece.before, kept.piece.after, *(value for value in row if isinstance(value, str))]
    return OTHER_BYTES + sum(map(getsizeof, texts))


_kept: Bounded[Kept] = Bounded(KEPT, KEPT_BYTES, _size, "comments")


def piece(row: CommentRow, mine: Mine | None = None, answered: str | None = None, brake: Brake | None = None) -> Piece:
    """The piece of `row`; `answered` names whom a reply on the flat levels answers, `brake` slows its branch.

    Kept for everybody: members whose votes on a comment are the same see the same piece.
    """
    key = (row.id, answered, mine, brake)
    age = ago(row.created_at)
    kept = _kept.get(key)
    if kept is not None and kept.row == row and kept.age == age:
        return kept.piece
    fresh = _render(row, mine, answered, brake)
    _kept.put(key, Kept(row, age, fresh))
    return fresh


def html(row: CommentRow, mine: Mine | None = None) -> Markup:
    """One comment alone, without replies."""
    whole = _render(row, mine, None)
    return Markup(whole.before + whole.after)  # noqa: S704 our own template's output


def frame(template: str, **context: Any) -> Piece:
    """What stands around a group of comments."""
    before, _, after = environment().get_template(template).render(context, comments=REPLIES).partition(REPLIES)
    return Piece(before, after)


def stub(row: CommentRow, left: tuple[int, int | None], sort: str, *, shows_some: bool) -> str:
    """What stands for the replies to `row` that are left out: they open in place after the last one shown.

    Where those shown are not the first of their order (around a focused comment), it leads to the branch's page.
    """
    count, last = left
    after = f"&after={last}" if last is not None else ""
    in_place = last is not None or not shows_some
    url = f"/t/{row.thread}/comments?branch={row.id}&sort={sort}{after}" if in_place else f"/c/{row.id}"
    return environment().get_template("comments/_stub.html").render(stub=Stub(count, url, in_place))


class Laid(msgspec.Struct, frozen=True):
    """The pieces of a tree in the order of the page, as everybody sees them; a viewer's own take others' places."""

    rows: Mapping[int, CommentRow]
    parts: list[str]
    # Where in `parts` each comment begins, and whom it answers if it must say so.
    places: dict[int, tuple[int, str | None]]


Todo = list[tuple[int, int] | str]


def lay(tree: Tree, rows: Mapping[int, CommentRow], sort: str, groups: Sequence[tuple[Piece, list[int]]] = ()) -> Laid:
    """Put the pieces of `tree` in order: all its roots, or those of each of `groups` inside that one's own piece."""
    laid = Laid(rows, [], {})
    out = laid.parts
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
        made = piece(row, None, answered)
        laid.places[comment] = len(out), answered
        out.append(made.before)
        left = tree.hidden.get(comment)
        children: Sequence[int] = tree.children.get(comment, ())
        rest = stub(row, left, sort, shows_some=bool(children)) if left else ""
        todo += [rest] if flat else [made.after, rest]
        todo += [(child, level + 1) for child in reversed(children)]
        if flat:
            out.append(made.after)
    return laid


def _inside(frame: Piece, roots: Sequence[int]) -> Todo:
    return [frame.before, *((root, 0) for root in roots), frame.after]


def join(
    laid: Laid,
    mine: Mapping[int, Mine] | None = None,
    new_since: datetime | None = None,
    viewer: int | None = None,
    brakes: Sequence[Brake] = (),
) -> Markup:
    """One HTML text, with the viewer's own pieces, marking what others wrote after `new_since` and can still be read.

    Where one of `brakes` slows a branch, its first comment says so.
    """
    parts = laid.parts.copy()
    mine = mine or {}
    slow = {brake.comment: brake for brake in brakes if brake.comment is not None}
    for comment in laid.places.keys() & (mine.keys() | slow.keys()):
        place, answered = laid.places[comment]
        parts[place] = piece(laid.rows[comment], mine.get(comment), answered, slow.get(comment)).before
    if new_since is not None:
        for comment, (place, _) in laid.places.items():
            row = laid.rows[comment]
            shut_out = comment in mine and mine[comment].blocked
            is_news = row.state == "visible" and row.author_id != viewer and not shut_out
            if is_news and row.created_at > new_since:
                parts[place] = parts[place].replace('class="comment', 'class="comment is-new', 1)
    return Markup("".join(parts))  # noqa: S704 our own template's output


def _answered(rows: Mapping[int, CommentRow], row: CommentRow) -> str | None:
    parent = rows.get(row.parent) if row.parent is not None else None
    return parent.author if parent else None


def _render(row: CommentRow, mine: Mine | None, answered: str | None, brake: Brake | None = None) -> Piece:
    context: dict[str, Any] = {
        "comment": withheld(row) if mine and mine.blocked else row,
        "mine": mine,
        "replies": REPLIES,
        "stub": None,
        "parent_author": answered,
        "flat": answered is not None,
        "brake": brake,
    }
    before, _, after = environment().get_template("comments/_comment.html").render(context).partition("\x00")
    return Piece(before, after)
