"""Posting comments: check the draft, then write the comment and its event in one transaction."""

from collections.abc import Sequence

import asyncpg
import msgspec
import structlog

from parley.discussion.commenting import drafts
from parley.discussion.commenting.drafts import CheckResult, Draft, render
from parley.discussion.commenting.insertion import as_row, insert
from parley.discussion.comments import anchors, rules
from parley.discussion.comments.queries import CommentRow
from parley.discussion.comments.tables import Comment
from parley.discussion.threads.queries import lock_thread
from parley.people.accounts import blocks
from parley.platform import db
from parley.platform.errors import NotFound, Refused, TooMany
from parley.platform.events.event_log import announce
from parley.platform.observability import metrics
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

# Each further attempt means that the author posted another comment meanwhile. Nobody does that this often.
MOST_ATTEMPTS = 20


class SubmittedBefore(Refused):
    """This submission created a comment with another text."""


class Overtaken(Exception):
    """Another comment of the same author was checked after this one was."""


class Posted(msgspec.Struct, frozen=True):
    """A comment that was posted.

    `row` and the thread's new `comment_count` are known if it is new and visible, has no anchor, and matched no rule.
    """

    id: int
    row: CommentRow | None = None
    comment_count: int = 0


class Parent(msgspec.Struct, frozen=True):
    """The visible comment that a draft replies to."""

    thread: int
    author: int | None
    locked_branch: int | None


class EarlierSubmission(msgspec.Struct, frozen=True):
    """The comment that a submission created."""

    id: int
    thread: int
    body: str


async def post_comment(draft: Draft) -> Posted:
    """Add a comment; the same submission sent again returns the first.

    Raises NotFound if there is no such thread, Refused if the comment cannot be posted now, TooMany if the author
    posts too many comments at once.
    """
    draft = msgspec.structs.replace(draft, html=await render(draft.body))
    try:
        for _ in range(MOST_ATTEMPTS):
            try:
                return await _check_and_write(draft)
            except Overtaken:
                reason = "overtaken"
            except asyncpg.DeadlockDetectedError:
                # PostgreSQL rolls back one of two transactions that wait for each other.
                reason = "deadlock"
            metrics.RETRIES.labels(reason).inc()
            log.info("posting again", reason=reason, thread=draft.thread)
        raise TooMany(N_("You posted too many comments at once. Your text is kept. Please send it again."), 1)
    except Refused:
        # The comment may exist already: then it stays, even if the thread has been locked since.
        earlier = await _earlier_submission(draft)
        if earlier is None:
            raise
        return Posted(earlier)


async def _check_and_write(draft: Draft) -> Posted:
    results = [result for check in drafts.before_post if (result := await check(draft)) is not None]
    afters = [result.after for result in results if result.after is not None]
    if draft.passage is None and not afters:
        # A single statement needs no explicit transaction.
        return await _write(draft, results)
    async with db.atomic():
        state = await lock_thread(draft.thread)
        if state is None:
            raise NotFound(N_("This thread does not exist."))
        rules.require_open_thread(state)
        anchor = None
        if draft.parent is None and draft.passage is not None:
            anchor = await anchors.find(draft.thread, draft.passage, draft.quote or "", draft.prefix or "")
        comment = (await _write(draft, results)).id
        if anchor is not None:
            await anchors.attach(comment, anchor)
        for after in afters:
            await after(comment)
    return Posted(comment)


async def _write(draft: Draft, results: Sequence[CheckResult]) -> Posted:
    """Write the comment. Raises Overtaken if a result no longer holds."""
    written = await insert(draft, results)
    if written is None:
        raise NotFound(N_("This thread does not exist."))
    rules.require_open_thread(written.state)
    if not written.is_current:
        raise Overtaken
    if written.id is None:
        await _require_reply_allowed(draft)
        raise Refused(N_("This comment no longer exists. Your text is kept here."))
    if written.seq is None or written.comment_count is None:
        return Posted(written.id)
    await announce(draft.thread, written.seq)
    return Posted(written.id, as_row(draft, written.id, written), written.comment_count)


async def _earlier_submission(draft: Draft) -> int | None:
    """Return the id of the comment that this submission created, if it did.

    Raises SubmittedBefore if that has another text or is in another thread: somebody used the Back button or a second
    tab to write another comment in the same form. The form comes back with a new submission key.
    """
    if draft.submission is None:
        return None
    is_same = (Comment.author == draft.author.id) & (Comment.submission == draft.submission)
    earlier = await db.fetch_one(EarlierSubmission, Comment.select().where(is_same))
    if earlier is not None and (earlier.thread, earlier.body) != (draft.thread, draft.body):
        raise SubmittedBefore(
            N_("You already posted a comment from this form. Your text is kept. Send it again to post another comment.")
        )
    return earlier.id if earlier else None


async def _require_reply_allowed(draft: Draft) -> None:
    """Raise Refused if the branch is locked, or one of the author of the parent and this author blocked the other."""
    is_visible = (Comment.id == draft.parent) & (Comment.state == "visible")
    parent = await db.fetch_one(Parent, Comment.select().where(is_visible))
    if parent is None:
        return
    if parent.thread != draft.thread:
        raise Refused(
            N_("A moderator moved the comment you are replying to. Your text is kept here: copy it, and reply there.")
        )
    rules.require_open_branch(parent.locked_branch)
    if parent.author is not None:
        await blocks.require_unblocked(draft.author.id, parent.author)
