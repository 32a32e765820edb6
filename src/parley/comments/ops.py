"""Writing comments: each op validates, writes and announces in one transaction, the thread's row locked first."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import asyncpg
import msgspec

from parley.accounts import blocks
from parley.accounts import queries as accounts
from parley.comments import anchors, counts, rules
from parley.comments.queries import standing
from parley.comments.states import transition
from parley.core import db
from parley.core.errors import NotFound, Refused, TooMany
from parley.core.events.event_log import announce, emit
from parley.core.http.access import Viewer
from parley.core.text import markdown


class Draft(msgspec.Struct, frozen=True):
    """A comment about to be written."""

    thread: int
    author: Viewer
    body: str
    parent: int | None = None
    stance: str | None = None
    passage: int | None = None
    quote: str | None = None
    # What stands before the quote: tells which one is meant where the passage says it twice.
    prefix: str | None = None
    assisted: bool = False
    submission: UUID | None = None
    # `body`, rendered; post_comment fills it in.
    html: str = ""


class PostResult(msgspec.Struct, frozen=True):
    """A thread's state and, where it could be written, the new comment; its event's number unless it is held.

    `stands` is False where the verdict on it was overtaken.
    """

    state: str
    id: int | None
    seq: int | None
    stands: bool


class EarlierSubmission(msgspec.Struct, frozen=True):
    """The comment that a submission made."""

    id: int
    thread: int
    body: str


class SentBefore(Refused):
    """This submission made a comment with other words already."""


class EditedMeanwhile(Refused):
    """An edit began from a text that the comment has no more."""

    status = 409


class Overtaken(Exception):
    """Another comment of the same author was judged and posted in between."""


class Verdict(msgspec.Struct, frozen=True):
    """What a check says of a draft that may be written: it may have to wait for a moderator, and be noted somewhere.

    It holds as long as `judged` comments of the author were: of two at once, one is judged again, knowing the other.
    """

    hold: bool = False
    judged: int | None = None
    # Called in the transaction with the number that the comment got.
    after: Callable[[int], Awaitable[None]] | None = None


# What must be decided before a comment stands. hooks.py fills this in (architecture.md 1). A check reads without a
# lock, so that a thread is not held up while somebody is judged; it raises Refused to stop the draft, and returns None
# where it has nothing to say.
before_post: list[Callable[[Draft], Awaitable[Verdict | None]]] = []
# Being overtaken means that the same author posted; nobody is so fast.
MOST_JUDGED = 20


LOCK = "select state from thread where id = $1 for no key update"

# Thread and parent are locked, and are then as they are now, whatever they were when the statement began. The comment,
# its thread's counters and its event come in the same statement: posting is what a busy forum does most, each round
# trip costs a reply a tenth, and is made while the thread is locked.
INSERT = f"""
with place as (
    select id, state, revision from thread where id = $1 for no key update
), answered_one as (
    select p.id, p.depth from comment p join place on place.id = p.thread
    where p.id = $2 and p.state = 'visible' and not exists (
        select from block b where b.kind = 'block'
        and (b.member = p.author and b.other = $3 or b.member = $3 and b.other = p.author)
    ) for no key update of p
), judged as (
    update member set judged = judged + 1 from place left join answered_one on true
    where member.id = $3 and member.judged = $11 returning member.id
), new as (
    insert into comment (thread, parent, depth, author, stance, revision, assisted,
                         body, html, html_version, submission, state)
    select place.id, p.id, coalesce(p.depth + 1, 0), $3, $4, place.revision, $5, $6, $7, $8, $9, $10
    from place left join answered_one p on true
    where place.state = 'open' and ($2::bigint is null or p.id is not null)
      and ($11::int is null or exists (select from judged))
    on conflict (author, submission) where submission is not null do nothing
    returning id, thread, parent, part, stance, state
), counted_in as (
    {counts.JOIN.format(source="new")}
), answered as (
    update comment set reply_count = reply_count + 1 where id = (select parent from new where state = 'visible')
), counted as (
    update thread set comment_count = comment_count + 1, last_activity_at = now(), last_seq = last_seq + 1
    where id = $1 and exists (select 1 from new where state = 'visible') returning last_seq
), told as (
    insert into event (thread, seq, kind, comment, actor)
    select $1, counted.last_seq, 'comment.posted', new.id, $3 from counted, new returning seq
)
select place.state, new.id, told.seq, $11::int is null or exists (select from judged) as stands
from place left join new on true left join told on true
"""  # noqa: S608 constants only


async def post_comment(draft: Draft) -> int:
    """Add a comment and return its id; a draft sent again with the same submission key returns the first one's.

    Raises NotFound when there is no such thread, Refused when it cannot stand as things are.
    """
    draft = msgspec.structs.replace(draft, html=await render(draft.body))
    try:
        return await _post(draft)
    except Refused:
        # The thread may have been locked since, or the passage revised away: what was posted before that stands.
        first = await _first(draft)
        if first is None:
            raise
        return first


async def _post(draft: Draft) -> int:
    for _ in range(MOST_JUDGED):
        # Of two that wait for each other PostgreSQL gives one up, of which nothing stands.
        with contextlib.suppress(Overtaken, asyncpg.DeadlockDetectedError):
            return await _judge_and_write(draft)
    raise TooMany("You posted too many comments at once. Your text is kept. Please send it again.", 1)


async def _judge_and_write(draft: Draft) -> int:
    verdicts = [verdict for check in before_post if (verdict := await check(draft)) is not None]
    afters = [verdict.after for verdict in verdicts if verdict.after is not None]
    if draft.passage is None and not afters:
        # Nothing else to do: the statement is a transaction of its own.
        return await _write(draft, verdicts)
    async with db.atomic():
        await _lock_open(draft.thread)
        anchor = await _anchor(draft)
        comment = await _write(draft, verdicts)
        if anchor is not None:
            await anchors.attach(comment, anchor)
        for after in afters:
            await after(comment)
    return comment


async def render(body: str) -> str:
    """Render a comment's Markdown; whom it mentions is linked. Raises Refused when it holds too many links."""
    found = await accounts.of_names(markdown.mentioned(body))
    html = markdown.render(body, {typed: member.name for typed, member in found.items()})
    links = markdown.count_links(html)
    if links > rules.MOST_LINKS:
        raise Refused(f"This has {links} links; {rules.MOST_LINKS} are allowed. Please remove some.")
    return html


async def _lock_open(thread: int) -> None:
    state = await db.value(LOCK, thread)
    if state is None:
        raise NotFound("This thread does not exist.")
    rules.may_write(state)


async def _anchor(draft: Draft) -> anchors.Anchor | None:
    """The anchor of a top-level comment on a passage. Raises Refused when that is no longer there."""
    if draft.parent is not None or draft.passage is None:
        return None
    return await anchors.find(draft.thread, draft.passage, draft.quote or "", draft.prefix or "")


async def _write(draft: Draft, verdicts: Sequence[Verdict]) -> int:
    """Write the comment and return its id. Raises Overtaken where a verdict no longer holds."""
    written = await _insert(draft, verdicts)
    if written is None:
        raise NotFound("This thread does not exist.")
    rules.may_write(written.state)
    if not written.stands:
        raise Overtaken
    if written.id is None:
        await _may_answer(draft)
        raise Refused("The comment you are replying to no longer exists. Your text is kept here.")
    if written.seq is not None:
        await announce(draft.thread, written.seq)
    return written.id


async def _insert(draft: Draft, verdicts: Sequence[Verdict]) -> PostResult | None:
    return await db.fetch_one(
        PostResult,
        INSERT,
        draft.thread,
        draft.parent,
        draft.author.id,
        None if draft.parent else draft.stance,
        draft.assisted,
        draft.body,
        draft.html,
        markdown.VERSION,
        draft.submission,
        "pending" if any(verdict.hold for verdict in verdicts) else "visible",
        min((verdict.judged for verdict in verdicts if verdict.judged is not None), default=None),
    )


async def _first(draft: Draft) -> int | None:
    """The comment that this submission made before, if it did.

    Raises SentBefore where that has other words or is in another thread.

    A form that comes back with other words, by the Back button or from a second tab, is not a resend: it is refused,
    and shown again with a key of its own.
    """
    first = await db.fetch_one(
        EarlierSubmission,
        "select id, thread, body from comment where author = $1 and submission = $2",
        draft.author.id,
        draft.submission,
    )
    if first is not None and (first.thread, first.body) != (draft.thread, draft.body):
        raise SentBefore("You have posted from this form before. To post these words as another comment, send again.")
    return first.id if first else None


async def _may_answer(draft: Draft) -> None:
    """Raise Refused where whoever is answered blocked this author, or the other way round."""
    answered = await db.value("select author from comment where id = $1 and state = 'visible'", draft.parent)
    if answered is not None:
        await blocks.may_answer(draft.author.id, answered)


async def locked(comment_id: int) -> rules.CommentState:
    """Lock a comment's thread, then the comment, and return how it stands."""
    thread = await db.value("select thread from comment where id = $1", comment_id)
    if thread is None:
        raise NotFound("This comment does not exist.")
    await db.value(LOCK, thread)
    await db.value("select 1 from comment where id = $1 for no key update", comment_id)
    found = await standing(comment_id)
    if found is None:
        raise NotFound("This comment does not exist.")
    return found


EDIT = """
with former as (
    insert into comment_version (comment, number, body, written_at)
    select id, version, body, coalesce(edited_at, created_at) from comment where id = $1 and body <> $2
)
update comment set body = $2, html = $3, html_version = $4, stance = $5, assisted = $6,
                   version = version + case when body <> $2 then 1 else 0 end,
                   edited_at = case when body <> $2 then now() else edited_at end
where id = $1
"""


FORMER = "select version, body, parent is not null as is_reply from comment where id = $1"


class CommentBefore(msgspec.Struct, frozen=True):
    """A comment as it is before an edit."""

    version: int
    body: str
    is_reply: bool


class CommentEdit(msgspec.Struct, frozen=True):
    """A comment about to be changed, as it shall read."""

    comment: int
    author: Viewer
    body: str
    html: str
    assisted: bool


# What must be decided before an edit stands, as `before_post` does for a new comment. What others have read cannot wait
# for a moderator: a check raises Refused instead, and returns what follows in the transaction of an edit, if anything.
before_edit: list[Callable[[CommentEdit], Awaitable[Callable[[int], Awaitable[None]] | None]]] = []


async def edit_comment(
    *,
    viewer: Viewer,
    comment_id: int,
    body: str,
    stance: str | None = None,
    assisted: bool = False,
    version: int | None = None,
) -> None:
    """Change a comment's text, which was number `version` when the edit began; the former stays in its history.

    Raises NotFound, Forbidden for anybody but its author, EditedMeanwhile where it has another text by now, Refused
    where it cannot be changed so, or not any more.
    """
    html = await render(body)
    edit = CommentEdit(comment_id, viewer, body, html, assisted)
    afters = [after for check in before_edit if (after := await check(edit)) is not None]
    async with db.atomic():
        comment = await locked(comment_id)
        rules.may_edit(viewer, comment)
        former = (await db.fetch(CommentBefore, FORMER, comment_id))[0]
        _is_of_now(version, body, former)
        async with counts.counted(comment_id):
            await db.execute(
                EDIT, comment_id, body, html, markdown.VERSION, None if former.is_reply else stance, assisted
            )
        await emit("comment.edited", thread=comment.thread, comment=comment_id, actor=viewer.id)
        for after in afters:
            await after(comment_id)


def _is_of_now(version: int | None, body: str, former: CommentBefore) -> None:
    # The same words again are the same edit, sent twice.
    if version not in (None, former.version) and body != former.body:
        raise EditedMeanwhile(
            "This comment was edited in the meantime, perhaps in another tab. Nothing was changed, and your text is "
            "kept below. Save again to replace the current text with yours."
        )


async def delete_comment(*, viewer: Viewer, comment_id: int) -> None:
    """Take a comment's text away for everybody. Its place stays, and so do its replies."""
    async with db.atomic():
        comment = await locked(comment_id)
        rules.may_delete(viewer, comment)
        await transition(comment, "deleted_by_author", actor=viewer.id)


async def restore_comment(*, viewer: Viewer, comment_id: int) -> None:
    """Give a comment back that its author deleted within the last day."""
    async with db.atomic():
        comment = await locked(comment_id)
        rules.may_restore(viewer, comment)
        await transition(comment, "visible", actor=viewer.id)
