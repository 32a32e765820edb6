"""What staff see of a member: record, notes, other open items."""

from datetime import datetime

import msgspec

from parley.discussion.comments.rules import EXCERPT
from parley.discussion.threads import rooms
from parley.moderation.modqueue.queries import MAY_SEE
from parley.moderation.reports.queries import IS_SENSITIVE
from parley.platform import db
from parley.platform.text.cleaning import shorten

# Characters, for a narrow column.
EXCERPT_LENGTH = 72
SELECT_DECISIONS = f"""
select d.id, d.action, g.title as ground, d.reason, m.name as moderator, d.moderator is null as automated, d.state,
       d.until, d.created_at, a.state as appeal, d.item
from decision d left join guideline g on g.code = d.guideline left join member m on m.id = d.moderator
left join appeal a on a.decision = d.id
where {rooms.moderates(rooms.THREAD_OF_DECISION)} and ({{}}) order by d.id desc limit 20
"""  # noqa: S608 constants only
# A moderator of rooms reads what happened there: numbers are of their rooms, and notes are of the site's staff.
SELECT_SUMMARY = f"""
select m.id, m.name, m.role, m.state, m.state_until as until, m.title, m.bio, m.created_at,
       (select count(*) from comment c where c.author = m.id and {rooms.moderates("c.thread")}) as comments,
       (select count(*) from comment c where c.author = m.id and c.state in ('removed', 'rejected')
        and {rooms.moderates("c.thread")}) as removed,
       count(r.id) filter (where r.outcome = 'upheld') as upheld,
       count(r.id) filter (where r.outcome = 'declined') as declined
from member m left join (report r join queue_item i on i.id = r.item and {rooms.moderates("i.thread")})
on r.reporter = m.id where m.id = $2 group by m.id
"""  # noqa: S608 constants only
SELECT_NOTES = f"""
select m.name as author, n.text, n.created_at from note n join member m on m.id = n.author
where n.member = $2 and {rooms.moderates("null::bigint")} order by n.id desc limit 50
"""  # noqa: S608 constants only
SELECT_OTHER_ITEMS = f"""
select i.id, i.kind, {EXCERPT} as words, i.opened_at, {IS_SENSITIVE} as sensitive
from queue_item i
left join comment c on i.kind = 'comment' and c.id = i.target
where i.id <> $3 and {MAY_SEE} and i.id in (
    select o.id from comment w join queue_item o on o.kind = 'comment' and o.target = w.id
    where w.author = $2 and o.state = 'open'
    union all select id from queue_item where kind = 'member' and target = $2 and state = 'open')
order by i.risk desc, i.id limit 20
"""  # noqa: S608 constants only


class EarlierDecision(msgspec.Struct, frozen=True):
    id: int
    action: str
    ground: str | None
    reason: str
    moderator: str | None
    automated: bool
    state: str
    until: datetime | None
    created_at: datetime
    appeal: str | None
    item: int | None


async def decisions_about(viewer: int, number: int, kind: str, target: int) -> list[EarlierDecision]:
    """The decisions about an item or its target, newest first."""
    return await db.fetch(
        EarlierDecision,
        SELECT_DECISIONS.format("d.item = $2 or d.kind = $3 and d.target = $4"),
        *(viewer, number, kind, target),
    )


async def decisions_concerning(viewer: int, member: int | None) -> list[EarlierDecision]:
    """The decisions that concern a member, newest first."""
    concerning = SELECT_DECISIONS.format("d.member = $2 and d.state <> 'undone'")
    return await db.fetch(EarlierDecision, concerning, viewer, member)


class MemberSummary(msgspec.Struct, frozen=True):
    id: int
    name: str
    role: str
    state: str
    until: datetime | None
    title: str
    bio: str
    created_at: datetime
    comments: int
    removed: int
    upheld: int
    declined: int


async def summary(viewer: int, member: int) -> MemberSummary | None:
    return await db.fetch_one(MemberSummary, SELECT_SUMMARY, viewer, member)


class NoteRow(msgspec.Struct, frozen=True):
    author: str
    text: str
    created_at: datetime


async def notes(viewer: int, member: int | None) -> list[NoteRow]:
    """The notes of staff about a member, newest first."""
    return await db.fetch(NoteRow, SELECT_NOTES, viewer, member)


class OtherItem(msgspec.Struct, frozen=True):
    id: int
    kind: str
    words: str | None
    opened_at: datetime
    sensitive: bool

    @property
    def excerpt(self) -> str:
        return shorten(self.words or "", EXCERPT_LENGTH)


async def others(viewer: int, member: int | None, but: int = 0) -> list[OtherItem]:
    return await db.fetch(OtherItem, SELECT_OTHER_ITEMS, viewer, member, but)
