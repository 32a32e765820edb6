"""Changing words in comments and in their earlier versions, each of which is read again under its lock."""

from collections.abc import Callable
from typing import Any

import msgspec
from piccolo.columns import Column

from parley.discussion.commenting import drafts
from parley.discussion.comments.rules import CommentState
from parley.discussion.comments.statement import LONGEST_STATEMENT
from parley.discussion.comments.states import locked
from parley.discussion.comments.tables import Comment, CommentVersion
from parley.platform import db
from parley.platform.events.event_log import emit
from parley.platform.text import markdown

SELECT_VERSION = "select body, statement from comment_version where id = $1 for no key update"

Change = Callable[[str], str]


class Words(msgspec.Struct, frozen=True):
    body: str
    statement: str | None

    def changed(self, change: Change) -> "Words":
        """The words after a change. A statement that becomes too long is cut."""
        return Words(change(self.body), change(self.statement)[:LONGEST_STATEMENT] if self.statement else None)


async def comment(number: int, change: Change) -> None:
    """Change a comment, and render it again."""

    async def rewrite(locked_comment: CommentState) -> None:
        [words] = await db.fetch(Words, Comment.select().where(Comment.id == number))
        new = words.changed(change)
        if new != words:
            html = await drafts.render_again(new.body)
            written: dict[Column | str, Any] = {
                Comment.body: new.body,
                Comment.html: html,
                Comment.html_version: markdown.VERSION,
                Comment.excerpt: markdown.stored_excerpt(html),
                Comment.statement: new.statement,
            }
            await Comment.update(written).where(Comment.id == number)
            await emit("comment.edited", thread=locked_comment.thread, comment=number, actor=None)

    await locked(number, rewrite)


async def version(number: int, change: Change) -> None:
    """Change an earlier version of a comment. There is none if its comment was erased meanwhile."""
    async with db.atomic():
        for words in await db.fetch(Words, SELECT_VERSION, number):
            new = words.changed(change)
            await CommentVersion.update({CommentVersion.body: new.body, CommentVersion.statement: new.statement}).where(
                CommentVersion.id == number
            )
