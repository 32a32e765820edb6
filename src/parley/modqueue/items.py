"""One item with all that a moderator needs to decide: the target in its place, what was said of it, what was before."""

from datetime import datetime
from typing import Any

import msgspec
from markupsafe import Markup

from parley.articles.rules import READABLE
from parley.core import db
from parley.modqueue import people as modqueue
from parley.modqueue.people import Character, NoteRow, OtherItem, PastDecision
from parley.modqueue.queries import GROUNDS, IS_SENSITIVE, NOT_OWN


class ItemRow(msgspec.Struct, frozen=True):
    """An item and where its target stands. `holder` is who else looks at it right now."""

    id: int
    kind: str
    target: int
    state: str
    version: int
    risk: float
    escalated: bool
    opened_at: datetime
    mine: bool
    holder: str | None
    thread: int | None
    slug: str | None
    title: str | None
    thread_state: str | None
    people: int
    grounds: list[str]
    sensitive: bool
    member: int | None
    # The ground that weighs most: what a decision will most likely name.
    likely: str | None


ITEM = f"""
select i.id, i.kind, i.target, i.state, i.version, i.risk, i.escalated, i.opened_at,
       coalesce(i.claimed_by = $1 and i.claimed_until > now(), false) as mine,
       case when i.claimed_by <> $1 and i.claimed_until > now() then h.name end as holder,
       i.thread, t.slug, t.title, t.state as thread_state, coalesce(s.people, 0) as people,
       {GROUNDS} as grounds,
       {IS_SENSITIVE} and not exists (
           select from mod_action o
           where o.kind = i.kind and o.target = i.target and o.action = 'reveal' and o.actor = $1) as sensitive,
       case i.kind when 'comment' then c.author when 'member' then i.target end as member,
       coalesce(
           (select o.guideline from report o join guideline g on g.code = o.guideline
            where o.item = i.id and o.state <> 'resolved'
            group by o.guideline order by sum(o.weight * g.severity) desc limit 1),
           (select u.guideline from hit h join rule u on u.id = h.rule
            where i.kind = 'comment' and h.comment = i.target and h.acted order by h.id desc limit 1)) as likely
from queue_item i left join thread t on t.id = i.thread left join thread_stats s on s.thread = i.thread
left join comment c on i.kind = 'comment' and c.id = i.target left join member h on h.id = i.claimed_by
where i.id = $2 and {NOT_OWN}
"""  # noqa: S608 constants only


async def item(viewer: int, number: int) -> ItemRow | None:
    """An item, unless it is the viewer's own case."""
    return await db.fetch_one(ItemRow, ITEM, viewer, number)


class CommentWords(msgspec.Struct, frozen=True):
    """A comment as only staff and its author may read it, whatever became of it."""

    id: int
    author: str | None
    state: str
    raw_html: str
    body: str
    stance: str | None
    assisted: bool
    collapsed: str | None
    created_at: datetime
    edited_at: datetime | None
    quote: str | None
    passage: str | None
    score: int
    reply_count: int
    parent: int | None

    @property
    def html(self) -> Markup:
        """The body, rendered by core/text/markdown.py, which made it safe."""
        return Markup(self.raw_html)  # noqa: S704 see the docstring


WORDS = f"""
select c.id, coalesce(m.name, c.imported_author) as author, c.state, c.html as raw_html, c.body, c.stance, c.assisted,
       c.collapsed, c.created_at, c.edited_at, c.quote,
       (select p.text from article a join revision r on r.article = a.id and r.number = t.revision
        cross join {READABLE} p where a.id = t.article and p.lineage = c.passage) as passage,
       c.base_ups + c.ups - c.base_downs - c.downs as score, c.reply_count, c.parent
from comment c join thread t on t.id = c.thread left join member m on m.id = c.author where c.id = $1
"""  # noqa: S608 constants only


async def words(comment: int) -> CommentWords | None:
    """A comment in full, for those who may read it whatever its state."""
    return await db.fetch_one(CommentWords, WORDS, comment)


class ReportRow(msgspec.Struct, frozen=True):
    """A report. Who made it is for staff only."""

    reporter: str | None
    name: str | None
    email: str | None
    ground: str
    text: str
    weight: float
    state: str
    outcome: str | None
    created_at: datetime


TOLD = """
select m.name as reporter, r.name, r.email, g.title as ground, r.text, r.weight, r.state, r.outcome, r.created_at
from report r join guideline g on g.code = r.guideline left join member m on m.id = r.reporter
where r.item = $1 order by r.state = 'resolved', r.weight * g.severity desc, r.id limit 100
"""


async def told(number: int) -> list[ReportRow]:
    """The reports of an item, those that wait for an answer first."""
    return await db.fetch(ReportRow, TOLD, number)


class HitRow(msgspec.Struct, frozen=True):
    rule: str
    version: int
    matched: str
    acted: bool
    created_at: datetime


HITS = """
select u.name as rule, h.version, h.matched, h.acted, h.created_at from hit h join rule u on u.id = h.rule
where h.comment = $1 order by h.id limit 50
"""


async def hits(comment: int) -> list[HitRow]:
    """The rules that matched a comment."""
    return await db.fetch(HitRow, HITS, comment)


class Dossier(msgspec.Struct, frozen=True):
    """All of an item, ready to be shown."""

    item: ItemRow
    words: CommentWords | None
    parent: CommentWords | None
    told: list[ReportRow]
    hits: list[HitRow]
    decided: list[PastDecision]
    character: Character | None
    record: list[PastDecision]
    notes: list[NoteRow]
    others: list[OtherItem]


async def dossier(viewer: int, number: int) -> Dossier | None:
    """Everything about an item; None where there is none for this moderator."""
    row = await item(viewer, number)
    if row is None:
        return None
    comment = await words(row.target) if row.kind == "comment" else None
    return Dossier(
        item=row,
        words=comment,
        parent=await words(comment.parent) if comment and comment.parent else None,
        told=await told(number),
        hits=await hits(row.target) if row.kind == "comment" else [],
        decided=await modqueue.decided(number, row.kind, row.target),
        **await _about(viewer, row),
    )


async def _about(viewer: int, row: ItemRow) -> dict[str, Any]:
    if row.member is None:
        return {"character": None, "record": [], "notes": [], "others": []}
    return {
        "character": await modqueue.character(row.member),
        "record": await modqueue.record_of(row.member),
        "notes": await modqueue.notes(row.member),
        "others": await modqueue.others(viewer, row.member, row.id),
    }
