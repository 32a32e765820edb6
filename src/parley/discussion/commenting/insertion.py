"""The statement that adds a comment: the row, the counters of its thread and its event in one round trip.

It returns everything that the response needs, so that nothing is read again.

Posting is the most frequent write of a busy forum, and the thread is locked while it lasts: separate statements would
make each post a tenth slower.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.discussion.commenting.drafts import CheckResult, Draft
from parley.discussion.comments import counts
from parley.discussion.comments.queries import IS_ARTICLES_AUTHOR, CommentRow
from parley.discussion.threads.locks import turn
from parley.platform import db
from parley.platform.text import markdown
from parley.platform.text.beginnings import beginning

# `for no key update` locks the thread and the parent and reads them as they are after the lock was obtained.
INSERT_COMMENT = f"""
with turn as materialized (
    select {turn("$1")}
), locked_thread as (
    select id, state, article, revision from turn cross join thread where id = $1 for no key update of thread
), locked_parent as (
    select p.id, p.depth from comment p join locked_thread on locked_thread.id = p.thread
    where p.id = $2 and p.state = 'visible' and p.locked_branch is null and not exists (
        select from block b where b.kind = 'block'
        and (b.member = p.author and b.other = $3 or b.member = $3 and b.other = p.author)
    ) for no key update of p
), checked as (
    update member set checked_comments = checked_comments + 1 from locked_thread left join locked_parent on true
    where member.id = $3 and member.checked_comments = $11 returning member.id
), new as (
    insert into comment (thread, parent, depth, author, stance, revision, assisted,
                         body, html, html_version, submission, state, statement, beginning, excerpt)
    select t.id, p.id, coalesce(p.depth + 1, 0), $3, $4, t.revision, $5, $6, $7, $8, $9, $10, $12, $16, $17
    from locked_thread t left join locked_parent p on true
    where t.state = 'open' and ($2::bigint is null or p.id is not null)
      and ($11::int is null or exists (select from checked))
    on conflict (author, submission) where submission is not null do nothing
    returning id, thread, parent, depth, part, stance, state, author, created_at
), counted_in_part as (
    {counts.ADD_TO_COUNTS.format(source="new")}
), counted_in_parent as (
    update comment set reply_count = reply_count + 1 where id = (select parent from new where state = 'visible')
), counted_in_thread as (
    update thread set comment_count = comment_count + 1, last_activity_at = now(), last_seq = last_seq + 1
    where id = $1 and exists (select 1 from new where state = 'visible') returning last_seq, comment_count
), signed as (
    insert into comment_signature (comment, sketch, bands, hosts)
    select id, $13, $14, $15 from new where $13::bytea is not null
), logged as (
    insert into event (thread, seq, kind, comment, actor)
    select $1, t.last_seq, 'comment.posted', new.id, $3 from counted_in_thread t, new returning seq
)
select t.state, c.id, logged.seq, $11::int is null or exists (select from checked) as is_current,
       c.depth, c.created_at, n.comment_count, m.title as author_title, {IS_ARTICLES_AUTHOR} as is_articles_author
from locked_thread t left join new c on true left join member m on m.id = c.author
left join counted_in_thread n on true left join logged on true
"""  # noqa: S608 constants only


class Insertion(msgspec.Struct, frozen=True):
    """The state of the thread and, if the comment was added, its id and, unless it is held, the number of its event.

    `is_current` is False if another comment of the author was checked after this one. The other fields describe the
    added comment; `comment_count` is the thread's new count, None if the comment is held.
    """

    state: str
    id: int | None
    seq: int | None
    is_current: bool
    depth: int
    created_at: datetime
    comment_count: int | None
    author_title: str
    is_articles_author: bool


async def insert(draft: Draft, results: Sequence[CheckResult]) -> Insertion | None:
    """Add the comment if the thread, the parent and the results allow it; None if there is no such thread."""
    signature = next((result.signature for result in results if result.signature is not None), None)
    return await db.fetch_one(
        Insertion,
        INSERT_COMMENT,
        draft.thread,
        draft.parent,
        draft.author.id,
        None if draft.parent else draft.stance,
        draft.assisted,
        draft.body,
        draft.html,
        markdown.VERSION,
        draft.submission,
        "pending" if any(result.hold for result in results) else "visible",
        min((count for result in results if (count := result.checked_comments) is not None), default=None),
        draft.statement,
        *(msgspec.structs.astuple(signature) if signature else (None, None, None)),
        beginning(draft.html),
        markdown.stored_excerpt(draft.html),
    )


def as_row(draft: Draft, comment: int, written: Insertion) -> CommentRow:
    """Return the row of a visible comment that was just inserted, without an anchor."""
    shortened = beginning(draft.html)
    return CommentRow(
        id=comment,
        thread=draft.thread,
        parent=draft.parent,
        depth=written.depth,
        author=draft.author.name,
        author_title=written.author_title,
        is_articles_author=written.is_articles_author,
        is_pinned=False,
        state="visible",
        stance=None if draft.parent else draft.stance,
        passage=None,
        quote=None,
        anchor=None,
        words=None,
        earlier=None,
        on_revision=None,
        assisted=draft.assisted,
        collapsed=None,
        locked_branch=None,
        statement=draft.statement,
        raw_html=shortened or draft.html,
        is_beginning=shortened is not None,
        excerpt=markdown.stored_excerpt(draft.html),
        score=0,
        ups=0,
        downs=0,
        reply_count=0,
        created_at=written.created_at,
        edited_at=None,
        has_profile=True,
        author_id=draft.author.id,
    )
