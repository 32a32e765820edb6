"""Changing a comment: edit, delete, restore. Each op runs in one transaction that locks the thread's row first."""

import msgspec

from parley.discussion.commenting import drafts
from parley.discussion.commenting.drafts import CommentEdit, render
from parley.discussion.comments import counts, rules
from parley.discussion.comments.states import lock_comment, transition
from parley.discussion.comments.tables import Comment
from parley.discussion.comments.wording import drop_verdict, new_wording
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.events.event_log import emit
from parley.platform.text import markdown
from parley.platform.text.beginnings import beginning
from parley.platform.text.messages import N_

# Without a statement, members agree or disagree with the body, so a new body ends their votes. A held comment gets no
# history: readers would find the held words there.
IS_REWORDED = "body <> $2 and statement is null"
UPDATE_COMMENT = f"""
with former as (
    insert into comment_version (comment, number, body, statement, written_at)
    select id, version, body, statement, coalesce(edited_at, created_at) from comment
    where id = $1 and body <> $2 and state <> 'pending'
), verdict as (
    {drop_verdict(IS_REWORDED)}
)
update comment set body = $2, html = $3, html_version = $4, stance = $5, assisted = $6, beginning = $7, excerpt = $8,
                   version = version + case when body <> $2 then 1 else 0 end,
                   edited_at = case when body <> $2 and state <> 'pending' then now() else edited_at end,
                   {new_wording(IS_REWORDED)}
where id = $1
"""  # noqa: S608 constants only


class EditedMeanwhile(Refused):
    """The comment's text changed after this edit began."""

    status = 409


class CommentBefore(msgspec.Struct, frozen=True):
    """A comment as it is before an edit."""

    thread: int
    parent: int | None
    state: str
    version: int
    body: str
    statement: str | None


async def edit_comment(
    *,
    viewer: Viewer,
    comment_id: int,
    body: str,
    stance: str | None = None,
    assisted: bool = False,
    version: int | None = None,
) -> None:
    """Change a comment's text and keep the former text in its history.

    `version` is the number of the text that was edited, if known. Raises NotFound; Forbidden for everybody but the
    author; EditedMeanwhile if the text is another one by now, or a moderator has decided about it; Refused if a rule
    or a check does not allow the edit.
    """
    before = await db.fetch_one(CommentBefore, Comment.select().where(Comment.id == comment_id))
    if before is None:
        raise NotFound(N_("This comment does not exist."))
    is_held = before.state == "pending"
    edit = CommentEdit(comment_id, before.thread, viewer, body, await render(body), assisted, before.statement, is_held)
    afters = [after for check in drafts.before_edit if (after := await check(edit)) is not None]
    async with db.atomic():
        comment = await lock_comment(comment_id)
        rules.require_edit_allowed(viewer, comment)
        if edit.held != (comment.state == "pending"):
            raise EditedMeanwhile(
                N_(
                    "A moderator has decided about this comment a moment ago. Nothing was changed, and your text is "
                    "kept below. Save again to edit the comment as it is now."
                )
            )
        former = await _write(edit, stance, version)
        if not edit.held:
            payload = {"former": former} if former is not None else {}
            await emit("comment.edited", thread=comment.thread, comment=comment_id, actor=viewer.id, payload=payload)
        for after in afters:
            await after(comment_id)


async def _write(edit: CommentEdit, stance: str | None, version: int | None) -> int | None:
    """Write the edit, and return the number of the former version if the text differs from it."""
    [former] = await db.fetch(CommentBefore, Comment.select().where(Comment.id == edit.comment))
    # The same text again is the same edit, sent twice.
    if version not in (None, former.version) and edit.body != former.body:
        raise EditedMeanwhile(
            N_(
                "This comment was edited in the meantime, perhaps in another tab. Nothing was changed, and your "
                "text is kept below. Save again to replace the current text with yours."
            )
        )
    stance = None if former.parent else stance
    async with counts.update_counts(edit.comment):
        values = (edit.body, edit.html, markdown.VERSION, stance, edit.assisted, beginning(edit.html))
        await db.execute(UPDATE_COMMENT, edit.comment, *values, markdown.stored_excerpt(edit.html))
    return former.version if edit.body != former.body else None


async def delete_comment(*, viewer: Viewer, comment_id: int) -> None:
    """Hide a comment's text from everybody. Its place in the tree and its replies remain."""
    async with db.atomic():
        comment = await lock_comment(comment_id)
        rules.require_deletion_allowed(viewer, comment)
        await transition(comment, "deleted_by_author", actor=viewer.id)


async def restore_comment(*, viewer: Viewer, comment_id: int) -> None:
    """Restore a comment that its author deleted within the last day."""
    async with db.atomic():
        comment = await lock_comment(comment_id)
        rules.require_restoring_allowed(viewer, comment)
        await transition(comment, "visible", actor=viewer.id)
