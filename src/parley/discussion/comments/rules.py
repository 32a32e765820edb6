"""The rules for comments: who may change them, and who may read their text."""

from datetime import UTC, datetime, timedelta

import msgspec

from parley.discussion.threads import rooms
from parley.people.accounts.viewer import Viewer
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.text.markdown import excerpt_of
from parley.platform.text.messages import N_

STANCES = ("supports", "challenges", "adds", "asks")
LONGEST_COMMENT = 40_000
LONGEST_QUOTE = 300
MOST_LINKS = 20
RESTORE_HOURS = 24
# The words of a deleted comment are kept for this long. Pages show the number to members who delete one.
DELETED_DAYS = 90
MOVED = N_("This comment changed a moment ago, so nothing was done. Load the page again to see it.")

# What everybody may read of a comment `c`. Every query whose rows reach readers uses these expressions.
# Text, author and quote are shown only while the comment is visible; otherwise only its place in the tree remains.
SHOWN_STATE = """
    case when c.state = 'visible' then 'visible' when c.state = 'deleted_by_author' then 'deleted'
         when c.state in ('pending', 'hidden', 'rejected', 'expired', 'withdrawn') then 'held' else 'removed' end
"""
IS_VISIBLE = "c.state = 'visible'"
# The words of a comment, which the automatic rules read too (drafts.py: Draft.words).
ALL_WORDS = "c.body || coalesce(E'\\n\\n' || c.statement, '')"
# Comments that are held, or never became visible, are not in the tree at all.
IS_IN = "c.state not in ('pending', 'rejected', 'expired', 'withdrawn')"
# The beginning of its text, for lists.
EXCERPT = excerpt_of("c")
# Removes the words of a comment.
NO_WORDS = (
    "body = '', html = '', excerpt = '', statement = null, quote = null, prefix = null, suffix = null, words = null"
)
IS_NOT_IN_QUEUE = """not exists (
    select from queue_item i where i.kind = 'comment' and i.target = comment.id and i.state = 'open')"""


class CommentState(msgspec.Struct, frozen=True):
    """What the rules check about a comment: its author, whose account may be erased, its state and its thread."""

    id: int
    thread: int
    author: int | None
    state: str
    deleted_at: datetime | None
    thread_state: str
    author_erased: bool = False


def require_open_thread(thread_state: str) -> None:
    """Raise Refused unless comments can be added to the thread."""
    if thread_state == "locked":
        raise Refused(N_("This thread is locked: nobody can add comments. Your text is kept here."))
    if thread_state == "archived":
        raise Refused(N_("This thread is archived: nobody can add comments. Your text is kept here."))


def require_open_branch(locked_branch: int | None) -> None:
    if locked_branch is not None:
        raise Refused(
            N_("A moderator locked this branch of the discussion: nobody can reply here. Your text is kept here.")
        )


def require_edit_allowed(viewer: Viewer, comment: CommentState) -> None:
    """Raise unless `viewer` wrote the comment, it is visible or waits for a moderator, and its thread is open."""
    if comment.author != viewer.id:
        raise Forbidden(N_("Only its author can do this."))
    if comment.state not in {"visible", "pending"}:
        raise Refused(N_("This comment no longer exists. Your text is kept here."))
    require_open_thread(comment.thread_state)


def require_deletion_allowed(viewer: Viewer, comment: CommentState) -> None:
    if comment.author != viewer.id:
        raise Forbidden(N_("Only its author can do this."))
    if comment.state != "visible":
        raise Refused(N_("This comment no longer exists."))


def require_withdrawal_allowed(viewer: Viewer, comment: CommentState) -> None:
    """Raise unless `viewer` wrote the comment and it waits for a moderator."""
    if comment.author != viewer.id:
        raise NotFound(N_("This comment does not exist."))
    if comment.state != "pending":
        raise Refused(N_("This comment changed a moment ago, so nothing was done. Load the page again to see it."))


def require_restoring_allowed(viewer: Viewer, comment: CommentState) -> None:
    """Raise unless its author deleted the comment less than a day ago."""
    if comment.author != viewer.id:
        raise Forbidden(N_("Only its author can do this."))
    if comment.state != "deleted_by_author" or comment.deleted_at is None:
        raise Refused(N_("You did not delete this comment, so there is nothing to restore."))
    if datetime.now(UTC) - comment.deleted_at > timedelta(hours=RESTORE_HOURS):
        raise Refused(
            N_("A deleted comment can be restored for {restore_hours} hours. That time has passed."),
            restore_hours=RESTORE_HOURS,
        )


async def require_history_allowed(viewer: Viewer | None, comment: CommentState) -> None:
    """Raise NotFound if `viewer` blocked the author, or if only the author and its moderators may read the comment."""
    if viewer is not None and comment.author in viewer.blocked:
        raise NotFound(N_("You blocked this member."))
    if comment.state == "visible" or (viewer is not None and viewer.id == comment.author):
        return
    if viewer is None:
        raise NotFound(N_("This comment no longer exists."))
    await rooms.require(viewer, comment.thread)
