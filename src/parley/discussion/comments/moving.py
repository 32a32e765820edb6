"""Moving a comment with its replies and votes to another passage, or to another thread."""

from collections.abc import Sequence

import msgspec

from parley.articles.articles import queries as articles
from parley.discussion.comments import anchors
from parley.discussion.comments.counts import update_counts
from parley.discussion.comments.rules import IS_IN
from parley.discussion.threads.locks import turn
from parley.discussion.threads.reading import FOLLOW_MOVED
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.events.event_log import emit, emit_each
from parley.platform.text.messages import N_

MOST_MOVED = 500

SELECT_LOCATION = """
select thread, parent, stance, revision, made_on, quote, prefix, suffix, anchor, passage, passage_end, words,
       confidence, by_hand, nullif(locked_branch, id) as locked_branch
from comment where id = $1
"""
SELECT_DESTINATION = f"""
with turn as materialized (select {turn("$1")})
select t.id, t.state, t.revision,
       a.restricted <> '' or a.untitled or coalesce($2::bigint = any(a.removed_passages), false)
           as taken_down
from turn cross join thread t join article a on a.id = t.article where t.id = $1 for no key update of t
"""  # noqa: S608 constants only
# Parents come before their replies.
SELECT_BRANCH = f"""
with recursive branch as (
    select id, depth from comment where id = $1
    union all select c.id, c.depth from comment c join branch b on c.parent = b.id
)
select id from branch order by depth, id limit {MOST_MOVED + 1}
"""  # noqa: S608 constants only
# The comments of a branch that are in the tree.
SELECT_SHOWN_IN_BRANCH = f"""
select c.id from comment c where c.id = any($1::bigint[]) and {IS_IN} order by c.depth, c.id
"""  # noqa: S608 constants only
MOVE_ROOT = """
update comment set parent = $2, stance = $3, revision = $4, made_on = $5, quote = $6, prefix = $7, suffix = $8,
    anchor = $9, passage = $10, passage_end = $11, words = $12, confidence = $13, by_hand = $14
where id = $1
"""
# A lock that begins inside the branch moves with it; the lock of the destination ($4) replaces one from above.
MOVE_BRANCH = """
with root as (
    select r.id, coalesce(p.depth + 1, 0) - r.depth as deeper from comment r left join comment p on p.id = r.parent
    where r.id = $2
)
update comment c set thread = $3, depth = c.depth + root.deeper,
    locked_branch = case when c.locked_branch = any($1::bigint[]) then c.locked_branch else $4 end
from root where c.id = any($1::bigint[])
"""
COUNT_REPLIES = """
update comment set reply_count = reply_count + (id is not distinct from $2)::int - (id is not distinct from $1)::int
where id in ($1::bigint, $2::bigint)
"""
# A thread was last active when its newest comment was written.
RECOUNT_THREAD = f"""
update thread t set comment_count = comment_count + $2, last_activity_at = greatest(
    t.created_at, (select max(c.created_at) from comment c where c.thread = t.id and {IS_IN}))
where t.id = $1
"""  # noqa: S608 constants only

# Tables that repeat the thread of a comment; events and deliveries keep the thread in which something happened.
# SQL, as most of them are in packages above this one. $1 are comments, $2 their former and $3 their new thread.
THREAD_COLUMNS = (
    # A vote that is being cast waits for its comment, which is locked: the nightly check corrects it (votes/jobs.py).
    """
    update vote set thread = $3 where id in (
        select id from vote where comment = any($1::bigint[]) and thread = $2 for no key update skip locked)
    """,
    "update statement_verdict set thread = $3 where comment = any($1::bigint[]) and thread = $2",
    # In order of id, as their members mark them as read.
    """
    update notification set thread = $3 where id in (
        select id from notification where comment = any($1::bigint[]) and thread = $2 order by id for no key update)
    """,
    FOLLOW_MOVED,
    "update kept_item set thread = $3 where comment = any($1::bigint[]) and thread = $2",
    "update issue_item set thread = $3 where comment = any($1::bigint[]) and thread = $2",
    "update queue_item set thread = $3 where kind = 'comment' and target = any($1::bigint[]) and thread = $2",
    "update search_document set thread = $3 where kind = 3 and source = any($1::bigint[]) and thread = $2",
    # Both maps are counted again soon (discussion/opinion_map/jobs.py: SELECT_DUE_THREADS).
    """
    update perspective_map set counted_at = least(counted_at - interval '1 day', (
        select min(changed_at) from vote where comment = any($1::bigint[])))
    where thread in ($2::bigint, $3::bigint)
    """,
)


class Location(msgspec.Struct, frozen=True):
    """Where a comment stands: thread, parent, anchor (tables.py), and a branch that was locked above it."""

    thread: int
    parent: int | None = None
    stance: str | None = None
    revision: int | None = None
    made_on: int | None = None
    quote: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    anchor: str | None = None
    passage: int | None = None
    passage_end: int | None = None
    words: str | None = None
    confidence: float | None = None
    by_hand: bool = False
    locked_branch: int | None = None


class Destination(msgspec.Struct, frozen=True):
    """A thread that a comment is to be moved to, locked."""

    id: int
    state: str
    revision: int
    taken_down: bool


async def location_of(comment: int) -> Location:
    """Where a comment stands now."""
    [location] = await db.fetch(Location, SELECT_LOCATION, comment)
    return location


async def new_location(comment: int, thread: int, passage: int | None) -> Location:
    """Lock a thread, and return where a comment would be on its article or a passage of it. Raises Refused."""
    was, to = await location_of(comment), await _destination(thread, passage)
    if (was.thread, was.parent, was.passage) == (thread, None, passage):
        raise Refused(N_("The comment is in this place already."))
    stays = thread == was.thread and passage is None
    new = Location(thread, stance=was.stance, revision=was.revision if stays else to.revision)
    if passage is None:
        return new
    if not await articles.from_passage(thread, passage):
        raise Refused(N_("The article of that thread does not have this passage now. Please choose another one."))
    anchor = await anchors.find(thread, passage, "", "")
    at = anchor.selector
    return msgspec.structs.replace(
        new, made_on=passage, prefix=at.prefix, suffix=at.suffix, anchor="same", passage=passage, confidence=1.0
    )


async def _destination(thread: int, passage: int | None) -> Destination:
    """Lock a thread. Raises Refused unless comments can be moved there."""
    row = await db.fetch_one(Destination, SELECT_DESTINATION, thread, passage)
    if row is None:
        raise Refused(N_("There is no such thread. Please enter the address of a thread or of one of its passages."))
    if row.state == "locked":
        raise Refused(N_("That thread is locked, so nothing can be moved there. Open it first, or choose another one."))
    if row.state == "archived":
        raise Refused(N_("That thread is archived, so nothing can be moved there. Please choose another one."))
    if row.taken_down:
        raise Refused(N_("The text there was taken down, so nothing can be moved there. Please choose another place."))
    return row


async def move(comment: int, to: Location, actor: int | None) -> None:
    """Move a comment with everything below it. The caller has locked the comment and both threads.

    Raises Refused for a branch of more than MOST_MOVED comments.
    """
    was, branch = await location_of(comment), await db.values(SELECT_BRANCH, comment)
    if len(branch) > MOST_MOVED:
        raise Refused(
            N_("More than {most} comments would have to be moved, so nothing was done."),
            most=MOST_MOVED,
        )
    async with update_counts(comment):
        # All but the thread, and the branch that is locked above.
        await db.execute(MOVE_ROOT, comment, *msgspec.structs.astuple(to)[1:-1])
        await db.execute(MOVE_BRANCH, branch, comment, to.thread, to.locked_branch)
    await db.execute(COUNT_REPLIES, was.parent, to.parent)
    if was.thread == to.thread:
        await emit("comment.edited", thread=to.thread, comment=comment, actor=actor)
        return
    await _change_thread(branch, was.thread, to.thread, actor)


async def _change_thread(branch: Sequence[int], former: int, new: int, actor: int | None) -> None:
    """Let the counts, events and everything that names the thread of a comment follow a branch to its `new` thread."""
    read = await db.values(SELECT_SHOWN_IN_BRANCH, branch)
    for sql in THREAD_COLUMNS:
        await db.execute(sql, branch, former, new)
    await db.execute(RECOUNT_THREAD, former, -len(read))
    await db.execute(RECOUNT_THREAD, new, len(read))
    await emit_each("comment.moved_away", thread=former, comments=read, actor=actor)
    await emit_each("comment.moved_here", thread=new, comments=read, actor=actor)
