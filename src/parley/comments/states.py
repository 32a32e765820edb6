"""What becomes of a comment: each change of its state, with what it means for counts and readers (trust.md B3)."""

from parley.comments.counts import counted
from parley.comments.rules import IS_IN, CommentState
from parley.core import db
from parley.core.errors import Refused
from parley.core.events.event_log import emit

# What readers of the thread are told of a change; nothing where they see the same before and after.
TOLD = {
    ("pending", "visible"): "comment.posted",
    ("rejected", "visible"): "comment.posted",
    ("visible", "hidden"): "comment.removed",
    ("visible", "removed"): "comment.removed",
    ("hidden", "visible"): "comment.restored",
    ("removed", "visible"): "comment.restored",
    ("visible", "deleted_by_author"): "comment.deleted",
    ("deleted_by_author", "visible"): "comment.restored",
    ("pending", "rejected"): None,
    ("pending", "expired"): None,
    ("hidden", "removed"): None,
}
# What a decision that is taken back gives again, though there is no such way otherwise (docs/decisions/0009).
UNDONE = {
    ("visible", "pending"): "comment.removed",
    ("rejected", "pending"): None,
    ("removed", "hidden"): None,
}
# A comment in one of these was never among the others.
UNCOUNTED = {"pending", "rejected", "expired"}

MOVE = """
update comment set state = $2::text, deleted_at = case when $2::text = 'deleted_by_author' then now() end where id = $1
"""

# It joins the others: its parent and its thread count it from now on. Its time is the moment from which it can be read,
# or those who were here while it waited would never be told that it is new.
COUNT = """
with joined as (
    update thread set comment_count = comment_count + 1, last_activity_at = now() where id = $1
), told as (
    update comment set created_at = now() where id = $2
)
update comment set reply_count = reply_count + 1 where id = (select parent from comment where id = $2)
"""

# It leaves them again as if it had never joined: the thread was last active when another comment came.
UNCOUNT = f"""
with left_again as (
    update thread t set comment_count = comment_count - 1, last_activity_at = greatest(
        t.created_at,
        (select max(e.created_at) from event e join comment c on c.id = e.comment
         where e.thread = $1 and e.kind = 'comment.posted' and c.id <> $2 and {IS_IN}),
        (select max(c.created_at) from comment c where c.thread = $1 and c.id <> $2 and {IS_IN}))
    where id = $1
)
update comment set reply_count = reply_count - 1 where id = (select parent from comment where id = $2)
"""  # noqa: S608 constants only


async def transition(comment: CommentState, to: str, *, actor: int | None, undoing: bool = False) -> None:
    """Bring a comment into another state; the caller holds its thread's row and its own.

    `undoing` the decision that brought it where it is, it can be as it was (the database knows: schema.sql). Raises
    Refused for a step that there is not.
    """
    steps = TOLD | UNDONE if undoing else TOLD
    step = (comment.state, to)
    if step not in steps:
        raise Refused("This comment changed a moment ago, so this can no longer be done.")
    async with counted(comment.id):
        await db.execute(MOVE, comment.id, to)
    if to == "visible" and comment.state in UNCOUNTED:
        await db.execute(COUNT, comment.thread, comment.id)
    if to == "pending" and comment.state == "visible":
        await db.execute(UNCOUNT, comment.thread, comment.id)
    told = steps[step]
    if told is not None:
        await emit(told, thread=comment.thread, comment=comment.id, actor=actor)
