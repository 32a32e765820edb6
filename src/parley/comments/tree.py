"""Which comments of a tree to show: candidates from SQL, then the best N with their ancestors.

The cost depends on how much is shown, not on how long the thread is: every query reads a bounded number of rows
along an index.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from parley.comments.ranking import FEWEST_VOTED
from parley.core import db

SORTS = ("best", "new", "old", "controversial")
SHOWN = 180
CANDIDATES = 4 * SHOWN
# What is opened later may be longer than a first view: so every comment is reached in three steps.
SHOWN_LATER = 500
ANCESTORS = 8


class Node(msgspec.Struct, frozen=True):
    """A candidate: `rank` orders siblings and competes for a place, higher first."""

    id: int
    parent: int | None
    rank: float
    reply_count: int
    # Whether all its better siblings are among the candidates too, and not just what some of them answer.
    ranked: bool = True


class Tree(msgspec.Struct, frozen=True):
    """What is shown: roots and children in order, and where something is left out."""

    roots: list[int]
    children: dict[int, list[int]]
    # For each shown comment with replies left out: how many, and the last one shown (None: none is).
    hidden: dict[int, tuple[int, int | None]]
    # The last root shown when there are more roots, else None.
    last_root: int | None

    @property
    def ids(self) -> list[int]:
        return [*self.roots, *(child for children in self.children.values() for child in children)]


# Higher rank first; time ranks count in microseconds, which a double holds exactly.
RANK = {
    "best": "c.best",
    "controversial": "c.controversial",
    "new": "extract(epoch from c.created_at)::float8 * 1e6",
    "old": "-extract(epoch from c.created_at)::float8 * 1e6",
}
ORDER = {
    "best": "c.best desc, c.id",
    "controversial": "c.controversial desc, c.id",
    "new": "c.created_at desc, c.id desc",
    "old": "c.created_at, c.id",
}
AFTER = {
    "best": "(c.best < a.best or (c.best = a.best and c.id > a.id))",
    "controversial": "(c.controversial < a.controversial or (c.controversial = a.controversial and c.id > a.id))",
    "new": "(c.created_at, c.id) < (a.created_at, a.id)",
    "old": "(c.created_at, c.id) > (a.created_at, a.id)",
}

# `offset 0` keeps the planner from joining a whole table: it expects ten times as many rows as there are.
WHOLE = """
with recursive top as (
    (select c.id, c.parent, {rank} as rank, c.reply_count, true as ranked from comment c
     where c.thread = $1 order by {order} limit $2)
    union
    (select c.id, c.parent, {rank} as rank, c.reply_count, true as ranked from comment c
     where c.thread = $1 and c.parent is null order by {order} limit $3)
), up as (
    select * from top
    union
    select c.* from up cross join lateral (
        select c.id, c.parent, {rank}, c.reply_count, false from comment c where c.id = up.parent offset 0
    ) c
)
select id, parent, rank, reply_count, ranked from up
"""

BELOW = """
with recursive first as (
    select c.id, c.parent, {rank} as rank, c.reply_count, true as ranked from comment c
    left join comment a on a.id = $3
    where {place} and ($3::bigint is null or {after})
    order by {order} limit $2 + 1
), down as (
    select * from first
    union all
    select c.* from down cross join lateral (
        select c.id, c.parent, {rank}, c.reply_count, false from comment c where c.parent = down.id offset 0
    ) c
)
select id, parent, rank, reply_count, ranked from down limit $2 * 2
"""


# Agreement votes set `scored_at` too, and must not bring this about.
VOTED = """
select count(*) from (
    select 1 from comment
    where thread = $1 and scored_at is not null and base_ups + ups + base_downs + downs > 0 limit $2
) v
"""


async def effective_sort(thread_id: int, sort: str) -> str:
    """`best` falls back to `old` while so few comments have votes that their order would look random."""
    if sort != "best":
        return sort
    voted = await db.value(
        VOTED,
        thread_id,
        FEWEST_VOTED,
    )
    return "best" if voted >= FEWEST_VOTED else "old"


async def whole(thread_id: int, sort: str) -> Tree:
    """The best comments of a whole thread."""
    sql = WHOLE.format(rank=RANK[sort], order=ORDER[sort])
    nodes = await db.fetch(Node, sql, thread_id, CANDIDATES, SHOWN + 1)
    return choose(nodes, None, SHOWN, evenly=sort == "new")


async def page_of_roots(thread_id: int, sort: str, after: int) -> Tree:
    """The next roots after root `after`, with their best replies."""
    sql = BELOW.format(
        rank=RANK[sort], order=ORDER[sort], after=AFTER[sort], place="c.thread = $1 and c.parent is null"
    )
    nodes = await db.fetch(Node, sql, thread_id, SHOWN_LATER, after)
    return choose(nodes, None, SHOWN_LATER, evenly=sort == "new")


async def branch(parent: int, sort: str, after: int | None = None) -> Tree:
    """The replies to `parent` that come after its reply `after`, with theirs."""
    sql = BELOW.format(rank=RANK[sort], order=ORDER[sort], after=AFTER[sort], place="c.parent = $1")
    nodes = await db.fetch(Node, sql, parent, SHOWN_LATER, after)
    return choose(nodes, parent, SHOWN_LATER, evenly=sort == "new")


ON_PASSAGE = """
with recursive first as (
    select c.id, c.parent, {rank} as rank, c.reply_count, true as ranked from comment c
    where c.thread = $1 and c.parent is null and c.passage = $3 order by {order} limit $2 + 1
), down as (
    select * from first
    union all
    select c.* from down cross join lateral (
        select c.id, c.parent, {rank}, c.reply_count, false from comment c where c.parent = down.id offset 0
    ) c
)
select id, parent, rank, reply_count, ranked from down limit $2 * 4
"""


async def on_passage(thread_id: int, sort: str, lineage: int) -> Tree:
    """The comments on one passage."""
    sql = ON_PASSAGE.format(rank=RANK[sort], order=ORDER[sort])
    nodes = await db.fetch(Node, sql, thread_id, SHOWN, lineage)
    return choose(nodes, None, SHOWN, evenly=sort == "new")


PATH = """
with recursive path as (
    select id, parent, reply_count from comment where id = $1
    union all
    select c.id, c.parent, c.reply_count from comment c join path on c.id = path.parent
)
select id, parent, 0::float8 as rank, reply_count, true as ranked from path limit $2
"""


async def focused(comment_id: int, sort: str) -> Tree:
    """One comment with its nearest ancestors, its siblings and its replies."""
    path = await db.fetch(Node, PATH, comment_id, ANCESTORS + 1)
    below = await branch(comment_id, sort)
    parent = path[0].parent
    siblings = await branch(parent, sort) if parent is not None else None
    children = dict(below.children)
    hidden = dict(below.hidden)
    if below.roots:
        children[comment_id] = below.roots
    for upper, lower in zip(path[1:], path, strict=False):
        children[upper.id] = [lower.id]
        if upper.reply_count > 1:
            hidden[upper.id] = (upper.reply_count - 1, None)
    if siblings is not None and parent is not None:
        _add_siblings(children, hidden, siblings, path[1], comment_id)
    total = path[0].reply_count - len(below.roots)
    if total > 0:
        hidden[comment_id] = (total, below.roots[-1] if below.roots else None)
    return Tree([path[-1].id], children, hidden, None)


SIBLINGS = 5


def _add_siblings(
    children: dict[int, list[int]],
    hidden: dict[int, tuple[int, int | None]],
    siblings: Tree,
    parent: Node,
    comment_id: int,
) -> None:
    """Put up to five siblings beside the focused comment, without their replies."""
    near = [one for one in siblings.roots if one != comment_id][:SIBLINGS]
    children[parent.id] = [comment_id, *near]
    left = parent.reply_count - len(near) - 1
    hidden.pop(parent.id, None)
    if left > 0:
        hidden[parent.id] = (left, None)
    for one in near:
        replies = len(siblings.children.get(one, [])) + siblings.hidden.get(one, (0, None))[0]
        if replies:
            hidden[one] = (replies, None)


def choose(nodes: Iterable[Node], top: int | None, most: int, *, evenly: bool = False) -> Tree:
    """Choose `most` of `nodes` below `top` (None: the thread): always the best one whose parent is already in.

    This is old Reddit's selection: a max-heap over the candidates, from the roots down. `evenly` is for orders in
    which replies always outrank what they answer, so that the first root's would take every place: there the
    first few of each level come before the later ones. Either way the shown siblings are the first of theirs.
    """
    # A comment that came in twice, by its rank and as somebody's ancestor, counts by its rank.
    known = {node.id: node for node in sorted(nodes, key=lambda node: node.ranked)}
    below = _families(known)
    chosen = _evenly(below, top, most) if evenly else _best(below, top, most)
    children: dict[int, list[int]] = {}
    hidden: dict[int, tuple[int, int | None]] = {}
    for node in known.values():
        if node.id not in chosen:
            continue
        shown = [child.id for child in below.get(node.id, ()) if child.id in chosen]
        if shown:
            children[node.id] = shown
        if node.reply_count > len(shown):
            hidden[node.id] = (node.reply_count - len(shown), shown[-1] if shown else None)
    roots = [node.id for node in below.get(top, ()) if node.id in chosen]
    more = len(below.get(top, ())) > len(roots)
    return Tree(roots, children, hidden, roots[-1] if roots and more else None)


def _families(known: Mapping[int, Node]) -> dict[int | None, list[Node]]:
    """The candidates below each comment in order, without those before which a better sibling may be missing."""
    below: dict[int | None, list[Node]] = defaultdict(list)
    for node in sorted(known.values(), key=_precedence):
        below[node.parent].append(node)
    for parent, siblings in below.items():
        answered = known.get(parent) if parent is not None else None
        if answered is None or len(siblings) < answered.reply_count:
            below[parent] = [one for one in siblings if one.ranked]
    return below


def _precedence(node: Node) -> tuple[float, int]:
    return (-node.rank, node.id)


def _best(below: dict[int | None, list[Node]], top: int | None, most: int) -> set[int]:
    heap = [(*_precedence(node), node.id) for node in below.get(top, ())]
    heapq.heapify(heap)
    chosen: set[int] = set()
    while heap and len(chosen) < most:
        _, _, best = heapq.heappop(heap)
        chosen.add(best)
        for child in below.get(best, ()):
            heapq.heappush(heap, (*_precedence(child), child.id))
    return chosen


def _evenly(below: dict[int | None, list[Node]], top: int | None, most: int) -> set[int]:
    """The cheapest, where a comment costs one more than what it answers and its place among its siblings."""
    heap = [(place, node.id) for place, node in enumerate(below.get(top, ()))]
    chosen: set[int] = set()
    while heap and len(chosen) < most:
        cost, first = heapq.heappop(heap)
        chosen.add(first)
        for place, child in enumerate(below.get(first, ())):
            heapq.heappush(heap, (cost + 1 + place, child.id))
    return chosen
