"""The discussion by passage, in the article's order; then what is on the whole article, then on earlier text."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from parley.articles.queries import PassageRow
from parley.comments.choosing import Node, Tree, choose
from parley.comments.queries import CommentRow
from parley.comments.rules import IS_IN
from parley.comments.tree import ORDER, RANK, SHOWN
from parley.core import db
from parley.core.text import shortened

# A discussion of so many comments is shown whole.
SHORT = 200
# How many perspectives a group of a longer one begins with: together they leave room for their replies.
FEWEST = 2
ROOTS = 100
WORDS = 90


Kind = Literal["passage", "whole", "earlier"]


class Group(msgspec.Struct, frozen=True):
    """Comments that belong together: on one `passage`, on the `whole` article, or on text of `earlier` revisions."""

    kind: Kind
    roots: list[int]
    # How many of them can be read: one that was taken away keeps its place, and does not count.
    shown: int
    total: int
    passage: PassageRow | None = None

    @property
    def name(self) -> str:
        """What addresses call it: the passage's lineage, `whole` or `earlier`."""
        return str(self.passage.lineage) if self.passage else self.kind

    @property
    def words(self) -> str:
        """How the passage begins."""
        return shortened(self.passage.text, WORDS) if self.passage else ""

    @property
    def left(self) -> int:
        """How many of its perspectives are not shown."""
        return max(0, self.total - self.shown)


class Stances(msgspec.Struct, frozen=True):
    """How many top-level comments take each stance."""

    supports: int = 0
    challenges: int = 0
    adds: int = 0
    asks: int = 0
    none: int = 0

    @property
    def total(self) -> int:
        return self.supports + self.challenges + self.adds + self.asks + self.none


STANCES = """
select count(*) filter (where stance = 'supports') as supports,
       count(*) filter (where stance = 'challenges') as challenges,
       count(*) filter (where stance = 'adds') as adds, count(*) filter (where stance = 'asks') as asks,
       count(*) filter (where stance is null) as none
from comment where thread = $1 and parent is null and state = 'visible'
"""
# Counting a very long discussion would cost more than its page: there it is what the worker last counted.
LONG = 5_000
STANDING = "select stances from standing where thread = $1"


async def stances(thread: int, comments: int) -> Stances:
    """The balance of a thread of so many `comments`."""
    if comments < LONG:
        return (await db.fetch(Stances, STANCES, thread))[0]
    return Stances(*(await db.value(STANDING, thread) or ()))


FIRST_OF_EACH = """
with recursive first as (
    select c.* from unnest($2::bigint[]) p(lineage) cross join lateral (
        select c.id, c.parent, {rank} as rank, c.reply_count, true as ranked from comment c
        where c.thread = $1 and c.parent is null and c.passage = p.lineage and c.anchor <> 'lost' and {is_in} {stance}
        order by {order} limit $3
    ) c
    union all
    (select c.id, c.parent, {rank}, c.reply_count, true from comment c
     where c.thread = $1 and c.parent is null and c.passage is null and {is_in} {stance} order by {order} limit $4)
    union all
    (select c.id, c.parent, {rank}, c.reply_count, true from comment c
     where c.thread = $1 and c.parent is null and c.anchor = 'lost' and {is_in} {stance} order by {order} limit $4)
), down as (
    select * from first
    union all
    select c.* from down cross join lateral (
        select c.id, c.parent, {rank}, c.reply_count, false from comment c
        where c.parent = down.id and {is_in} offset 0
    ) c
)
select id, parent, rank, reply_count, ranked from down limit $5
"""


async def first_of_each(
    thread: int, sort: str, passages: Sequence[PassageRow], stance: str | None, comments: int
) -> Tree:
    """The first perspectives of each group with their best replies; of a discussion of few `comments`, all."""
    # A passage on which nothing is counted may have one that was taken away, and the replies to it.
    lineages = [row.lineage for row in passages]
    short = comments <= SHORT
    each = SHORT if short else max(FEWEST, ROOTS // (sum(row.comment_count > 0 for row in passages) + 2))
    one = "and c.stance = $6" if stance else ""
    sql = FIRST_OF_EACH.format(rank=RANK[sort], order=ORDER[sort], is_in=IS_IN, stance=one)
    extra = [stance] if stance else []
    nodes = await db.fetch(Node, sql, thread, lineages, each, 4 * each, 4 * SHOWN, *extra)
    return choose(nodes, None, SHORT if short else SHOWN, kept=[node.id for node in nodes if node.parent is None])


LOST = """
select count(*) from comment
where thread = $1 and anchor = 'lost' and state = 'visible' and ($2::text is null or stance = $2)
"""


async def grouped(
    thread: int,
    tree: Tree,
    rows: Mapping[int, CommentRow],
    passages: Sequence[PassageRow],
    stances: Stances,
    stance: str | None,
) -> list[Group]:
    """The roots of `tree`, which are of one `stance` or of all, in their groups, in the article's order.

    Groups in which there is nothing to read are left out.
    """
    lineages = {row.lineage for row in passages}
    roots: dict[int | str, list[int]] = defaultdict(list)
    for root in tree.roots:
        if root in rows:
            roots[_place(rows[root], lineages)].append(root)
    groups = [_group("passage", roots[row.lineage], rows, _count(row, stance), row) for row in passages]
    earlier = await db.value(LOST, thread, stance)
    whole = _count(stances, stance) - earlier - sum(group.total for group in groups)
    groups += [_group("whole", roots["whole"], rows, whole), _group("earlier", roots["earlier"], rows, earlier)]
    return [group for group in groups if any(_speaks(root, tree, rows) for root in group.roots)]


def _speaks(root: int, tree: Tree, rows: Mapping[int, CommentRow]) -> bool:
    """Whether a root or anything below it can be read, as far as it is shown; what is left out may be."""
    below = [root]
    for one in below:
        if one in tree.hidden or (one in rows and rows[one].state == "visible"):
            return True
        below += tree.children.get(one, ())
    return False


def _group(
    kind: Kind, roots: list[int], rows: Mapping[int, CommentRow], total: int, passage: PassageRow | None = None
) -> Group:
    return Group(kind, roots, sum(rows[root].state == "visible" for root in roots), total, passage)


def _count(balance: Stances | PassageRow, stance: str | None) -> int:
    """How many take one `stance`, or any and none."""
    return sum(getattr(balance, one) for one in ([stance] if stance else Stances.__struct_fields__))


def _place(row: CommentRow, lineages: set[int]) -> int | str:
    if row.passage is None:
        return "whole"
    return row.passage if row.anchor != "lost" and row.passage in lineages else "earlier"
