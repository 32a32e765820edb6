"""Which comments of a tree to show: SQL finds candidates, and choosing.py takes the best with their ancestors.

The cost depends on how much is shown, not on the length of the thread: every query reads a bounded number of rows
along an index.
"""

from collections.abc import Sequence
from typing import Any

from parley.discussion.comment_tree.choosing import Node, Room, Tree, choose
from parley.discussion.comments.queries import LONGEST_EARLIER, SHOWN_HTML
from parley.discussion.comments.rules import IS_IN, IS_VISIBLE
from parley.platform import db

COMMENT_SORTS = ("best", "new", "old", "controversial")
# Offered where groups disagree on a statement on the passage: first what all groups agree with (published shares, in
# per cent) and many find worth reading. The table of verdicts is in a package above this one.
BRIDGING = "bridging"
# With fewer comments that have votes, an order by votes looks random (as Talkyard found): then `best` sorts by time.
FEWEST_VOTED = 8
MOST_SHOWN = 180
CANDIDATES = 4 * MOST_SHOWN
# Later pages may be longer than the first, so that every comment can be reached in three steps.
SHOWN_LATER = 500
ANCESTORS = 8
# The bytes of a page, of what it has beside comments and article, and of the least room for comments.
PAGE_BYTES, FRAME_BYTES, LEAST_BYTES = 1_000_000, 100_000, 150_000
# The bytes that a comment takes on a page, about: its HTML, and what is around it with its quotes, each several times.
OTHER_BYTES = 2_000
SIZE = f"""({OTHER_BYTES} + case when {IS_VISIBLE} then octet_length({SHOWN_HTML})
    + 4 * octet_length(concat_ws(' ', c.quote, c.words, c.statement, c.collapsed))
    + case when c.anchor = 'lost' then {LONGEST_EARLIER} else 0 end else 0 end)"""
# `offset 0` keeps the planner from joining the whole table: it expects ten times as many rows as there are.
SELECT_WHOLE_TREE = """
with recursive top as (
    (select c.id, c.parent, {rank} as rank, c.reply_count, true as ranked, {size} as size from comment c
     where c.thread = $1 and {is_in} order by {order} limit $2)
    union
    (select c.id, c.parent, {rank} as rank, c.reply_count, true as ranked, {size} as size from comment c
     where c.thread = $1 and c.parent is null and {is_in} order by {order} limit $3)
), up as (
    select * from top
    union
    select c.* from up cross join lateral (
        select c.id, c.parent, {rank}, c.reply_count, false, {size} from comment c where c.id = up.parent offset 0
    ) c
)
select id, parent, rank, reply_count, ranked, size from up
"""
SELECT_BELOW = """
with recursive first as (
    select c.id, c.parent, {rank} as rank, c.reply_count, true as ranked, {size} as size from comment c
    where {condition} and {is_in} and {after}
    order by {order} limit $2 + 1
), down as (
    select * from first
    union all
    select c.* from down cross join lateral (
        select c.id, c.parent, {rank}, c.reply_count, false, {size} from comment c
        where c.parent = down.id and {is_in} offset 0
    ) c
)
select id, parent, rank, reply_count, ranked, size from down limit $2 * 3
"""
# Comments that have votes for quality. `base_*` count imported votes.
COUNT_VOTED = """
select count(*) from (
    select 1 from comment
    where thread = $1 and scored_at is not null and base_ups + ups + base_downs + downs > 0 limit $2
) v
"""
# While a thread has no map it has no verdicts.
IS_DIVIDED = """
select exists (
    select from statement_verdict s join comment c on c.id = s.comment
    where s.thread = $1 and c.passage = $2 and s.verdict = 'dividing' and c.state = 'visible'
)
"""
OF_STANCE = "($4::text is null or c.stance = $4)"
# The parts of a discussion that are about no present passage.
PARTS = ("whole", "earlier")
# The focused comment is shown whole.
SELECT_PATH = f"""
with recursive path as (
    select c.id, c.parent, c.reply_count, octet_length(c.html) + {OTHER_BYTES} as size from comment c where c.id = $1
    union all
    select c.id, c.parent, c.reply_count, {SIZE} from comment c join path on c.id = path.parent
)
select id, parent, 0::float8 as rank, reply_count, true as ranked, size from path limit $2
"""  # noqa: S608 constants only
SIBLINGS = 5


def _bridging(comment: str) -> str:
    """The rank of a comment in the bridging order. Without a verdict it equals `best`, which is smaller."""
    return f"""({comment}.best * (1 + 10 * coalesce((
        select s.bridge from statement_verdict s where s.comment = {comment}.id), 0)))::float8"""  # noqa: S608 names of ours


# Higher rank first; time ranks count in microseconds, which a double holds exactly.
RANK = {
    "best": "c.best",
    "controversial": "c.controversial",
    "new": "extract(epoch from c.created_at)::float8 * 1e6",
    "old": "-extract(epoch from c.created_at)::float8 * 1e6",
    BRIDGING: _bridging("c"),
}
ORDER = {
    "best": "c.best desc, c.id",
    "controversial": "c.controversial desc, c.id",
    "new": "c.created_at desc, c.id desc",
    "old": "c.created_at, c.id",
    BRIDGING: f"{_bridging('c')} desc, c.id",
}


def _after_rank(column: str) -> str:
    last = f"coalesce((select {column} from comment where id = $3), 'infinity')"  # noqa: S608 names of ours
    return f"c.{column} <= {last} and (c.{column} < {last} or c.id > coalesce($3::bigint, 0))"


# After the comment $3, or from the beginning, so that PostgreSQL begins there in the index of the order.
AFTER = {
    "best": _after_rank("best"),
    "controversial": _after_rank("controversial"),
    "new": """(c.created_at, c.id) < (coalesce((select created_at from comment where id = $3), 'infinity'),
              coalesce($3::bigint, 9223372036854775807))""",
    "old": """(c.created_at, c.id) > (coalesce((select created_at from comment where id = $3), '-infinity'),
              coalesce($3::bigint, 0))""",
    BRIDGING: f"""({_bridging("c")}, -c.id) < (
        coalesce((select {_bridging("a")} from comment a where a.id = $3), 'infinity'), -coalesce($3::bigint, 0))""",  # noqa: S608
}


async def effective_sort(thread_id: int, sort: str, passage: int | str | None = None) -> str:
    """Return the order to use: `best` instead of `bridging` where groups do not disagree on `passage`.

    While too few comments have votes it is `old` instead of `best`.
    """
    if sort == BRIDGING and not (isinstance(passage, int) and await db.value(IS_DIVIDED, thread_id, passage)):
        sort = "best"
    if sort != "best":
        return sort
    voted = await db.value(COUNT_VOTED, thread_id, FEWEST_VOTED)
    return "best" if voted >= FEWEST_VOTED else "old"


def room_beside(article: int) -> int:
    """Return the bytes that comments may take on a page with an article of `article` bytes, or without one."""
    return max(LEAST_BYTES, PAGE_BYTES - FRAME_BYTES - article)


async def thread_tree(thread_id: int, sort: str, most_bytes: int) -> Tree:
    """Return the first comments of a whole thread in this order."""
    sql = SELECT_WHOLE_TREE.format(rank=RANK[sort], order=ORDER[sort], is_in=IS_IN, size=SIZE)
    nodes = await db.fetch(Node, sql, thread_id, CANDIDATES, MOST_SHOWN + 1)
    return choose(nodes, None, Room(MOST_SHOWN, most_bytes), evenly=sort == "new")


async def page_of_roots(
    thread_id: int,
    sort: str,
    after: int | None,
    stance: str | None,
    most_bytes: int,
    parts: Sequence[str] | None = None,
) -> Tree:
    """Return the roots that follow root `after`, with their best replies.

    With `parts`, only those in them: a passage (its lineage), the `whole` article, or an `earlier` text. One part is
    read along an index; several are seldom asked for.
    """
    of_parts = "c.parent is null" if parts is None else "c.part = $5" if len(parts) == 1 else "c.part = any($5)"
    condition = f"c.thread = $1 and {OF_STANCE} and {of_parts}"
    args = [] if parts is None else parts if len(parts) == 1 else [parts]
    room = Room(SHOWN_LATER if after else MOST_SHOWN, most_bytes)
    return await _replies_below(condition, sort, thread_id, room, after, stance, *args)


async def branch(parent: int, sort: str, most_bytes: int, after: int | None = None) -> Tree:
    """Return the replies to `parent` that follow its reply `after`, with theirs."""
    return await _replies_below("c.parent = $1", sort, parent, Room(SHOWN_LATER, most_bytes), after, top=parent)


async def _replies_below(
    condition: str, sort: str, of: int, room: Room, after: int | None, *args: Any, top: int | None = None
) -> Tree:
    sql = SELECT_BELOW.format(
        rank=RANK[sort], order=ORDER[sort], after=AFTER[sort], condition=condition, is_in=IS_IN, size=SIZE
    )
    nodes = await db.fetch(Node, sql, of, room.comments, after, *args)
    return choose(nodes, top, room, evenly=sort == "new")


async def focused_tree(comment_id: int, sort: str, most_bytes: int) -> Tree:
    """Return one comment with its nearest ancestors, its siblings and its replies."""
    shown, most_bytes = await _path(comment_id, most_bytes)
    parent = shown[0].parent if len(shown) > 1 else None
    siblings = await branch(parent, sort, most_bytes // 4) if parent is not None else None
    below = await branch(comment_id, sort, most_bytes * 3 // 4)
    children = dict(below.children)
    hidden = dict(below.hidden)
    if below.roots:
        children[comment_id] = below.roots
    for upper, lower in zip(shown[1:], shown, strict=False):
        children[upper.id] = [lower.id]
        if upper.reply_count > 1:
            hidden[upper.id] = (upper.reply_count - 1, None)
    if siblings is not None:
        _add_siblings(children, hidden, siblings, shown[1], comment_id)
    total = shown[0].reply_count - len(below.roots)
    if total > 0:
        hidden[comment_id] = (total, below.roots[-1] if below.roots else None)
    return Tree([shown[-1].id], children, hidden, None)


async def _path(comment_id: int, most_bytes: int) -> tuple[list[Node], int]:
    """Return a comment and its nearest ancestors, and the bytes that are left. Half of them are for its replies."""
    first, *ancestors = await db.fetch(Node, SELECT_PATH, comment_id, ANCESTORS + 1)
    path, left = [first], most_bytes - first.size
    for ancestor in ancestors:
        if ancestor.size > left // 2:
            break
        path.append(ancestor)
        left -= ancestor.size
    return path, left


def _add_siblings(
    children: dict[int, list[int]],
    hidden: dict[int, tuple[int, int | None]],
    siblings: Tree,
    parent: Node,
    comment_id: int,
) -> None:
    """Add up to SIBLINGS siblings of the focused comment, without their replies."""
    near = [root for root in siblings.roots if root != comment_id][:SIBLINGS]
    children[parent.id] = [comment_id, *near]
    left = parent.reply_count - len(near) - 1
    hidden.pop(parent.id, None)
    if left > 0:
        hidden[parent.id] = (left, None)
    for sibling in near:
        replies = len(siblings.children.get(sibling, [])) + siblings.hidden.get(sibling, (0, None))[0]
        if replies:
            hidden[sibling] = (replies, None)
