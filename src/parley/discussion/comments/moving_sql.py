"""The statements that move a comment with its replies (moving.py)."""

from parley.discussion.comments.rules import IS_IN

MOST_MOVED = 500

SELECT_LOCATION = """
select thread, parent, stance, revision, made_on, quote, prefix, suffix, anchor, passage, passage_end, words,
       confidence, by_hand, nullif(locked_branch, id) as locked_branch
from comment where id = $1
"""
SELECT_DESTINATION = """
select t.id, t.state, t.revision, a.restricted <> '' or a.untitled or coalesce($2::bigint = any(a.withheld), false)
           as taken_down
from thread t join article a on a.id = t.article where t.id = $1 for no key update of t
"""
# Parents come before their replies.
SELECT_BRANCH = f"""
with recursive branch as (
    select id, depth from comment where id = $1
    union all select c.id, c.depth from comment c join branch b on c.parent = b.id
)
select id from branch order by depth, id limit {MOST_MOVED + 1}
"""  # noqa: S608 constants only
# Those of a branch that readers see, if only as a place in the tree.
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
    "update vote set thread = $3 where comment = any($1::bigint[]) and thread = $2",
    "update statement_verdict set thread = $3 where comment = any($1::bigint[]) and thread = $2",
    "update notification set thread = $3 where comment = any($1::bigint[]) and thread = $2",
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
