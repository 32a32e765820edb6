"""The statement that adds a comment: the row, the counters of its thread and its event in one round trip.

Posting is the most frequent write of a busy forum, and the thread is locked while it lasts: separate statements would
make each post a tenth slower.
"""

from collections.abc import Sequence

import msgspec

from parley.comments import counts
from parley.comments.drafts import Draft, Verdict
from parley.core import db
from parley.core.text import markdown

# `for no key update` locks the thread and the parent and reads them as they are after the lock was obtained.
INSERT = f"""
with locked_thread as (
    select id, state, revision from thread where id = $1 for no key update
), locked_parent as (
    select p.id, p.depth from comment p join locked_thread on locked_thread.id = p.thread
    where p.id = $2 and p.state = 'visible' and not exists (
        select from block b where b.kind = 'block'
        and (b.member = p.author and b.other = $3 or b.member = $3 and b.other = p.author)
    ) for no key update of p
), judged as (
    update member set judged = judged + 1 from locked_thread left join locked_parent on true
    where member.id = $3 and member.judged = $11 returning member.id
), new as (
    insert into comment (thread, parent, depth, author, stance, revision, assisted,
                         body, html, html_version, submission, state, statement)
    select t.id, p.id, coalesce(p.depth + 1, 0), $3, $4, t.revision, $5, $6, $7, $8, $9, $10, $12
    from locked_thread t left join locked_parent p on true
    where t.state = 'open' and ($2::bigint is null or p.id is not null)
      and ($11::int is null or exists (select from judged))
    on conflict (author, submission) where submission is not null do nothing
    returning id, thread, parent, part, stance, state
), counted_in_part as (
    {counts.ADD_FROM.format(source="new")}
), counted_in_parent as (
    update comment set reply_count = reply_count + 1 where id = (select parent from new where state = 'visible')
), counted_in_thread as (
    update thread set comment_count = comment_count + 1, last_activity_at = now(), last_seq = last_seq + 1
    where id = $1 and exists (select 1 from new where state = 'visible') returning last_seq
), logged as (
    insert into event (thread, seq, kind, comment, actor)
    select $1, t.last_seq, 'comment.posted', new.id, $3 from counted_in_thread t, new returning seq
)
select t.state, new.id, logged.seq, $11::int is null or exists (select from judged) as verdict_holds
from locked_thread t left join new on true left join logged on true
"""  # noqa: S608 constants only


class Insertion(msgspec.Struct, frozen=True):
    """The state of the thread and, if the comment was added, its id; the number of its event unless it is held.

    `verdict_holds` is False if another comment of the author was judged after this one was.
    """

    state: str
    id: int | None
    seq: int | None
    verdict_holds: bool


async def insert(draft: Draft, verdicts: Sequence[Verdict]) -> Insertion | None:
    """Add the comment if the thread, the parent and the verdicts allow it; None if there is no such thread."""
    return await db.fetch_one(
        Insertion,
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
        draft.statement,
    )
