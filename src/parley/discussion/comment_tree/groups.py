"""The discussion grouped by passage in the article's order, then comments on the whole article and on earlier text."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from parley.articles.articles.queries import PassageRow
from parley.discussion.comment_tree.choosing import Node, Room, Tree, choose
from parley.discussion.comment_tree.tree import MOST_SHOWN, ORDER, RANK, SIZE
from parley.discussion.comments.queries import CommentRow, RowInHeading
from parley.discussion.comments.rules import IS_IN
from parley.discussion.threads.queries import StanceCounts
from parley.platform import db
from parley.platform.text.cleaning import shorten_to_clause

# Discussions of up to this many comments are shown completely.
SHORT = 200
# Responses shown per group of a longer discussion: at least FEWEST, about ROOTS in all, so that replies fit too.
FEWEST = 2
ROOTS = 100
# Of what names a passage, in characters.
WORDS_LENGTH = 84

Kind = Literal["passage", "whole", "earlier"]
# A passage without comments has no row; comments on passages that are gone count as `earlier`.
SELECT_COUNTS = "select supports, challenges, adds, asks, none, part from passage_count where thread = $1"
# Passages that are gone, while comments on them wait to be moved (comments/anchor_moves.py).
SELECT_GONE = """
select n.part from thread t join passage_count n on n.thread = t.id
where t.id = $1 and exists (select from revision r where r.article = t.article and r.unmoved is not null)
  and n.part not in ('whole', 'earlier') and not exists (
    select from revision r join passage p on p.revision = r.id
    where r.article = t.article and r.number = t.revision and p.lineage::text = n.part)
"""
SELECT_FIRST_OF_EACH = """
with recursive first as (
    select c.* from unnest($2::text[]) p(part) cross join lateral (
        select c.id, c.parent, {rank} as rank, c.reply_count, true as ranked, {size} as size from comment c
        where c.thread = $1 and c.part = p.part and {is_in} {stance} order by {order} limit $3
    ) c
    union all
    select c.* from unnest($4::text[]) p(part) cross join lateral (
        select c.id, c.parent, {rank} as rank, c.reply_count, true as ranked, {size} as size from comment c
        where c.thread = $1 and c.part = p.part and {is_in} {stance} order by {order} limit $5
    ) c
), down as (
    select * from first
    union all
    select c.* from down cross join lateral (
        select c.id, c.parent, {rank}, c.reply_count, false, {size} from comment c
        where c.parent = down.id and {is_in} offset 0
    ) c
)
select id, parent, rank, reply_count, ranked, size from down limit $6
"""


class CommentGroup(msgspec.Struct, frozen=True):
    """Comments that belong together: on one `passage`, on the `whole` article, or on text of `earlier` revisions."""

    kind: Kind
    roots: list[int]
    # How many of the roots can be read: a deleted or removed one keeps its place, but does not count.
    shown: int
    total: int
    passage: PassageRow | None = None

    @property
    def name(self) -> str:
        """The name in addresses: the passage's lineage, `whole` or `earlier`."""
        return str(self.passage.lineage) if self.passage else self.kind

    @property
    def words(self) -> str:
        if not self.passage or not self.passage.text:
            return ""
        return shorten_to_clause(self.passage.text, WORDS_LENGTH)

    @property
    def left(self) -> int:
        """How many of its responses are not shown."""
        return max(0, self.total - self.shown)


class Part(StanceCounts, frozen=True):
    part: str = ""


async def parts(thread: int) -> dict[str, StanceCounts]:
    return {row.part: row for row in await db.fetch(Part, SELECT_COUNTS, thread)}


def total(balances: Iterable[StanceCounts]) -> StanceCounts:
    each = [[getattr(balance, stance) for stance in StanceCounts.__struct_fields__] for balance in balances]
    return StanceCounts(*map(sum, zip(*each, strict=True)))


async def earlier_parts(thread: int) -> list[str]:
    """Return the parts whose comments are about text of earlier revisions."""
    return ["earlier", *await db.values(SELECT_GONE, thread)]


async def first_of_each(
    thread: int,
    sort: str,
    passages: Sequence[PassageRow],
    earlier: Sequence[str],
    stance: str | None,
    comments: int,
    most_bytes: int,
) -> Tree:
    """Return the first responses of each group with their best replies; all if there are few `comments`.

    They take about `most_bytes` on the page at most. `earlier` are the parts that count as one.
    """
    short = comments <= SHORT
    each = SHORT if short else max(FEWEST, ROOTS // (sum(row.comment_count > 0 for row in passages) + 2))
    # A passage with a count of 0 may still have a removed comment, and replies to it.
    lineages = [str(row.lineage) for row in passages]
    of_stance = "and c.stance = $7" if stance else ""
    sql = SELECT_FIRST_OF_EACH.format(rank=RANK[sort], order=ORDER[sort], is_in=IS_IN, stance=of_stance, size=SIZE)
    extra = [stance] if stance else []
    nodes = await db.fetch(Node, sql, thread, lineages, each, ["whole", *earlier], 4 * each, 4 * MOST_SHOWN, *extra)
    room = Room(SHORT if short else MOST_SHOWN, most_bytes)
    return choose(nodes, None, room, kept=[node.id for node in nodes if node.parent is None])


def group_roots(
    tree: Tree,
    rows: Mapping[int, CommentRow],
    passages: Sequence[PassageRow],
    parts: Mapping[str, StanceCounts],
    earlier: Sequence[str],
    stance: str | None,
) -> list[CommentGroup]:
    """Return the roots of `tree` in groups, in the article's order, without groups in which nothing can be read."""
    lineages = {row.lineage for row in passages}
    roots: dict[int | str, list[int]] = defaultdict(list)
    for root in tree.roots:
        if root in rows:
            roots[_group_of(rows[root], lineages)].append(root)
    groups = [_group("passage", roots[row.lineage], rows, _count(row, stance), row) for row in passages]
    others: dict[Kind, Sequence[str]] = {"whole": ["whole"], "earlier": earlier}
    for kind, names in others.items():
        balance = total(parts[name] for name in names if name in parts)
        groups.append(_group(kind, roots[kind], rows, _count(balance, stance)))
    return [group for group in groups if group.left or any(_is_readable(root, tree, rows) for root in group.roots)]


def _is_readable(root: int, tree: Tree, rows: Mapping[int, CommentRow]) -> bool:
    """Whether the root or a comment below it can be read; comments that are not shown are assumed to be readable."""
    below = [root]
    for comment in below:
        if comment in tree.hidden or (comment in rows and rows[comment].state == "visible"):
            return True
        below += tree.children.get(comment, ())
    return False


def _group(
    kind: Kind,
    roots: list[int],
    rows: Mapping[int, CommentRow],
    total: int,
    passage: PassageRow | None = None,
) -> CommentGroup:
    return CommentGroup(kind, roots, sum(rows[root].state == "visible" for root in roots), total, passage)


def _count(balance: StanceCounts | PassageRow, stance: str | None) -> int:
    """How many comments take `stance`, or how many there are if it is None."""
    return sum(getattr(balance, name) for name in ([stance] if stance else StanceCounts.__struct_fields__))


def in_headings(grouped: Iterable[CommentGroup], rows: Mapping[int, CommentRow]) -> dict[int, CommentRow]:
    """Return the rows whose quote the heading of their group says already, as far as it is legible there."""
    return {
        root: RowInHeading(*msgspec.structs.astuple(rows[root]))
        for group in grouped
        for root in group.roots
        if rows[root].anchor == "same" and _says(group.words.rstrip(" …"), rows[root].quote or "")
    }


def _says(heading: str, quote: str) -> bool:
    """Whether a heading is mostly the quote or, where it is cut, a quarter of it."""
    begins = any(heading.endswith(quote[:end]) for end in range(len(quote) // 4, len(quote)))
    is_mostly = (quote in heading or begins) and 2 * len(quote) >= len(heading)
    return bool(heading) and (quote.startswith(heading) or is_mostly)


def _group_of(row: CommentRow, lineages: set[int]) -> int | str:
    if row.passage is None:
        return "whole"
    return row.passage if row.anchor != "lost" and row.passage in lineages else "earlier"
