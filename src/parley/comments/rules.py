"""What is allowed with comments, and the one answer to who may read a text."""

from datetime import UTC, datetime, timedelta

import msgspec

from parley.core.errors import Forbidden, NotFound, Refused
from parley.core.http.access import ADMIN, MODERATOR, Viewer

STANCES = ("supports", "challenges", "adds", "asks")
LONGEST = 40_000
LONGEST_QUOTE = 300
MOST_LINKS = 20
RESTORE_HOURS = 24

# What anybody may read of a comment `c`: every query that leads out of the database takes these expressions.
# Text, author and quote exist only while the comment is visible; what remains otherwise is its place in the tree.
SHOWN_STATE = """
    case when c.state = 'visible' then 'visible' when c.state = 'deleted_by_author' then 'deleted'
         when c.state in ('pending', 'rejected', 'expired') then 'held' else 'removed' end
"""
IS_VISIBLE = "c.state = 'visible'"
# One that waits for a moderator, or was never let in, has no place in the tree either.
IS_IN = "c.state not in ('pending', 'rejected', 'expired')"


class CommentState(msgspec.Struct, frozen=True):
    """What the rules ask of a comment: whose it is, what became of it, in which thread."""

    id: int
    thread: int
    author: int | None
    state: str
    deleted_at: datetime | None
    thread_state: str


def may_write(thread_state: str) -> None:
    """Raise Refused when nothing may be added to the thread."""
    if thread_state == "locked":
        raise Refused("This thread is locked: nobody can add comments. Your text is kept here.")
    if thread_state == "archived":
        raise Refused("This thread is archived: nobody can add comments. Your text is kept here.")


def may_edit(viewer: Viewer, comment: CommentState) -> None:
    """Raise unless `viewer` wrote the comment, it stands, and its thread is open."""
    if comment.author != viewer.id:
        raise Forbidden("Only its author can edit a comment.")
    if comment.state != "visible":
        raise Refused("This comment no longer exists, so it cannot be edited. Your text is kept here.")
    may_write(comment.thread_state)


def may_delete(viewer: Viewer, comment: CommentState) -> None:
    if comment.author != viewer.id:
        raise Forbidden("Only its author can delete a comment.")
    if comment.state != "visible":
        raise Refused("This comment has already been deleted.")


def may_restore(viewer: Viewer, comment: CommentState) -> None:
    """Raise unless its author deleted the comment less than a day ago."""
    if comment.author != viewer.id:
        raise Forbidden("Only its author can restore a comment.")
    if comment.state != "deleted_by_author" or comment.deleted_at is None:
        raise Refused("You did not delete this comment, so there is nothing to restore.")
    if datetime.now(UTC) - comment.deleted_at > timedelta(hours=RESTORE_HOURS):
        raise Refused(f"A deleted comment can be restored for {RESTORE_HOURS} hours. That time has passed.")


def may_see_history(viewer: Viewer | None, comment: CommentState) -> None:
    """Raise NotFound unless the comment is visible, or `viewer` wrote it or moderates; also of one they blocked."""
    if viewer is not None and comment.author in viewer.blocked:
        raise NotFound("You blocked the member who wrote this, so you do not see it.")
    own = viewer is not None and (viewer.id == comment.author or viewer.standing in (MODERATOR, ADMIN))
    if comment.state != "visible" and not own:
        raise NotFound("This comment no longer exists.")
