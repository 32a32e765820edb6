"""Locking a branch of a discussion: a comment with everything below it gets no more replies."""

from parley.platform import db

# A part of the branch that was locked earlier keeps its own lock.
LOCK_BRANCH = """
with recursive branch as (
    select id from comment where id = $1 and locked_branch is null
    union all select c.id from comment c join branch b on c.parent = b.id where c.locked_branch is null
)
update comment set locked_branch = $1 where id in (select id from branch)
"""
UNLOCK_BRANCH = "update comment set locked_branch = null where locked_branch = $1 and thread = $2"


async def lock(comment: int) -> bool:
    """Lock the branch of a comment whose thread is locked by the transaction. False where it is locked already."""
    return bool(await db.execute(LOCK_BRANCH, comment))


async def unlock(comment: int, thread: int) -> bool:
    """Allow replies again in the branch that was locked with this comment. False where there is none."""
    return bool(await db.execute(UNLOCK_BRANCH, comment, thread))
