"""Changing the state of a comment, with the effects on counts and readers; and locking a branch of a discussion."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec

from parley.discussion.comments.counts import update_counts
from parley.discussion.comments.queries import state_of
from parley.discussion.comments.rules import IS_IN, MOVED, CommentState
from parley.discussion.comments.tables import Comment
from parley.discussion.threads.queries import lock_thread
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.events.event_log import emit
from parley.platform.text.messages import N_

# The event of each allowed change; None if readers see the same before and after.
EVENTS = {
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
    ("pending", "withdrawn"): None,
    ("hidden", "removed"): None,
}
# Changes that are allowed only to undo a decision (docs/decisions/0009).
UNDO_EVENTS = {
    ("visible", "pending"): "comment.removed",
    ("rejected", "pending"): None,
    ("removed", "hidden"): None,
}
# A comment in one of these states is not part of the discussion yet, and no counter includes it.
UNCOUNTED = {"pending", "rejected", "expired", "withdrawn"}

SET_STATE = """
update comment set state = $2::text,
    deleted_at = case when $2::text in ('deleted_by_author', 'withdrawn') then now() end where id = $1
"""

# The comment becomes visible: its parent and its thread count it. Its time is now, so that members who visited the
# thread while it was held see it as new.
ADD_TO_THREAD = """
with counted_in_thread as (
    update thread set comment_count = comment_count + 1, last_activity_at = now() where id = $1
), dated as (
    update comment set created_at = now() where id = $2
)
update comment set reply_count = reply_count + 1 where id = (select parent from comment where id = $2)
"""

# Undo ADD_TO_THREAD. The thread was last active when its newest other comment was posted.
REMOVE_FROM_THREAD = f"""
with removed_from_thread as (
    update thread t set comment_count = comment_count - 1, last_activity_at = greatest(
        t.created_at,
        (select e.created_at from event e join comment c on c.id = e.comment
         where e.thread = $1 and e.kind = 'comment.posted' and c.id <> $2 and c.thread = $1 and {IS_IN}
         order by e.seq desc limit 1),
        (select max(c.created_at) from comment c where c.thread = $1 and c.id <> $2 and {IS_IN}))
    where id = $1
)
update comment set reply_count = reply_count - 1 where id = (select parent from comment where id = $2)
"""  # noqa: S608 constants only

WORDS_ARE_ERASED = """
select exists (select from member where id = $1 and erase_words and (state = 'anonymised' or erase_at <= now()))
"""
# A part of the branch that was locked earlier keeps its own lock.
LOCK_BRANCH = """
with recursive branch as (
    select id from comment where id = $1 and locked_branch is null
    union all select c.id from comment c join branch b on c.parent = b.id where c.locked_branch is null
)
update comment set locked_branch = $1 where id in (select id from branch)
"""


class Moved(Refused):
    """The comment was moved to another thread while its own was being locked."""

    def __init__(self) -> None:
        super().__init__(MOVED)


async def lock_comment(comment_id: int) -> CommentState:
    """Lock a comment's thread, then the comment, and return its state.

    Raises NotFound, and Moved if the comment is moved to another thread meanwhile.
    """
    thread = await db.value(Comment.select(Comment.thread).where(Comment.id == comment_id))
    if thread is None:
        raise NotFound(N_("This comment does not exist."))
    await lock_thread(thread)
    await db.value("select 1 from comment where id = $1 for no key update", comment_id)
    state = await state_of(comment_id)
    if state is None:
        raise NotFound(N_("This comment does not exist."))
    if state.thread != thread:
        raise Moved
    return state


async def locked(comment_id: int, work: Callable[[CommentState], Awaitable[None]]) -> None:
    """Do `work` in a transaction in which the comment is locked, and again where the comment is moved meanwhile."""
    while True:
        with suppress(Moved):
            async with db.atomic():
                await work(await lock_comment(comment_id))
                return


async def transition(comment: CommentState, to: str, *, actor: int | None, undoing: bool = False) -> None:
    """Change a comment's state. The caller has locked the thread's row and the comment's.

    `undoing` allows the changes that undo a decision, which schema.sql checks too. A comment that becomes visible after
    its author had their words erased is deleted. Raises Refused if the change is not allowed.
    """
    events = EVENTS | UNDO_EVENTS if undoing else EVENTS
    change = (comment.state, to)
    if change not in events:
        raise Refused(N_("This comment changed a moment ago, so nothing was done. Load the page again to see it."))
    async with update_counts(comment.id):
        await db.execute(SET_STATE, comment.id, to)
    if to == "visible" and comment.state in UNCOUNTED:
        await db.execute(ADD_TO_THREAD, comment.thread, comment.id)
    if to == "pending" and comment.state == "visible":
        await db.execute(REMOVE_FROM_THREAD, comment.thread, comment.id)
    event = events[change]
    if event is not None:
        await emit(event, thread=comment.thread, comment=comment.id, actor=actor)
    if to == "visible" and await db.value(WORDS_ARE_ERASED, comment.author):
        await transition(msgspec.structs.replace(comment, state=to), "deleted_by_author", actor=None)


async def lock_branch(comment: int) -> bool:
    """Lock the branch of a comment whose thread is locked by the transaction. False where it is locked already."""
    return bool(await db.execute(LOCK_BRANCH, comment))


async def unlock_branch(comment: int, thread: int) -> bool:
    """Allow replies again in the branch that was locked with this comment. False where there is none."""
    locked = (Comment.locked_branch == comment) & (Comment.thread == thread)
    return bool(await Comment.update({Comment.locked_branch: None}).where(locked).returning(Comment.id))
