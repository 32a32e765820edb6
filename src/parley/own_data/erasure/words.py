"""Erasing what a member wrote: comments become placeholders in the tree, and their versions go."""

from parley.discussion.comments.rules import IS_NOT_IN_QUEUE, NO_WORDS
from parley.discussion.comments.states import lock_comment, transition
from parley.platform import db

# Comments that one sweep erases, each in a transaction of its own, since each locks a thread.
BATCH = 200
SELECT_VISIBLE = "select id from comment where author = $1 and state = 'visible' order by id limit $2"
# Comments that moderators work on stay until they have decided; then site/retention.py deletes them.
BLANK_COMMENTS = f"""
update comment set {NO_WORDS}
where author = $1 and state in ('deleted_by_author', 'withdrawn', 'expired', 'rejected') and body <> ''
  and {IS_NOT_IN_QUEUE}
"""  # noqa: S608 constants only
FORGET_VERSIONS = """
delete from comment_version v using comment c where c.id = v.comment and c.author = $1 and c.body = ''
"""
# A signature holds the hosts that the comment linked to, and would still find near-copies of the erased text.
FORGET_SIGNATURES = """
delete from comment_signature s using comment c where c.id = s.comment and c.author = $1 and c.body = ''
"""


async def erase(member: int) -> bool:
    """Erase a batch of a member's comments. Return whether all are done."""
    batch = await db.values(SELECT_VISIBLE, member, BATCH)
    for comment in batch:
        async with db.atomic():
            row = await lock_comment(comment)
            if row.state == "visible":
                await transition(row, "deleted_by_author", actor=None)
    if len(batch) == BATCH:
        return False
    await db.execute(BLANK_COMMENTS, member)
    await db.execute(FORGET_VERSIONS, member)
    await db.execute(FORGET_SIGNATURES, member)
    return True
