"""One item with all that a moderator needs to decide: target, reports, hits, earlier decisions, the member."""

from datetime import datetime

import msgspec
from markupsafe import Markup

from parley.articles.articles.rules import READABLE
from parley.discussion.comments.queries import MAY_BE_QUOTED, SHOWN_HTML
from parley.discussion.comments.rules import IS_VISIBLE
from parley.discussion.threads import rooms
from parley.moderation.automod import labels
from parley.moderation.automod.labels import LabelRow
from parley.moderation.matching import facts
from parley.moderation.matching.facts import AuthorRecord
from parley.moderation.modqueue import arithmetic, people
from parley.moderation.modqueue.bar import offending_words
from parley.moderation.modqueue.people import EarlierDecision, MemberSummary, NoteRow, OtherItem
from parley.moderation.modqueue.queries import MAY_SEE
from parley.moderation.reports.queries import IS_SENSITIVE, IS_SENSITIVE_COMMENT
from parley.moderation.rights import queries as rights
from parley.moderation.rights.queries import RightsRow
from parley.platform import db
from parley.platform.text.messages import Message

# Of the replies to a comment, of others near it, and of the domains that it names.
MOST_LISTED = 5
OPENING_LENGTH, OPENING_PASSAGES = 400, 5
SELECT_ITEM = f"""
select i.id, i.kind, i.target, i.state, i.version, i.risk, i.escalated, i.opened_at,
       coalesce(i.claimed_by = $1 and i.claimed_until > now(), false) as mine,
       case when i.claimed_by <> $1 and i.claimed_until > now() then h.name end as holder,
       (select o.name from member o where o.id = i.assigned_to) as assigned_to,
       i.thread, t.slug, t.title, t.state as thread_state, coalesce(s.people, 0) as people,
       {arithmetic.GROUND_COUNTS} as grounds,
       {IS_SENSITIVE} and not exists (
           select from mod_action o
           where o.kind = i.kind and o.target = i.target and o.action = 'reveal' and o.actor = $1) as sensitive,
       case i.kind when 'comment' then c.author when 'member' then i.target else t.starter end as member,
       coalesce(
           (select o.guideline from report o join guideline g on g.code = o.guideline
            where o.item = i.id and o.state <> 'resolved'
            group by o.guideline order by sum(o.weight * g.severity) desc limit 1),
           (select u.guideline from hit h join rule u on u.id = h.rule
            where i.kind = 'comment' and h.comment = i.target and h.acted order by h.id desc limit 1)) as likely
from queue_item i left join thread t on t.id = i.thread left join thread_stats s on s.thread = i.thread
left join comment c on i.kind = 'comment' and c.id = i.target left join member h on h.id = i.claimed_by
where i.id = $2 and {MAY_SEE}
"""  # noqa: S608 constants only
SELECT_COMMENT_WORDS = f"""
select c.html as raw_html, c.id, coalesce(m.name, c.imported_author) as author, c.state, c.statement, c.body,
       c.stance, c.assisted,
       c.collapsed, c.created_at, c.edited_at, case when {MAY_BE_QUOTED} then c.quote end as quote,
       (select p.text from article a join revision r on r.article = a.id and r.number = t.revision
        cross join {READABLE} p where a.id = t.article and p.lineage = c.passage) as passage,
       c.base_ups + c.ups - c.base_downs - c.downs as score, c.reply_count, c.parent,
       (select site from comment_site where comment = c.id) as site,
       {IS_SENSITIVE_COMMENT} as sensitive
from comment c join thread t on t.id = c.thread left join member m on m.id = c.author where c.id = $1
"""  # noqa: S608 constants only
# The first words of an article, as readers see them.
SELECT_OPENING = f"""
select left(string_agg(p.text, ' ' order by p.position), {OPENING_LENGTH + 1})
from thread t join article a on a.id = t.article join revision r on r.article = a.id and r.number = t.revision
cross join {READABLE} p where t.id = $1 and p.position <= {OPENING_PASSAGES}
"""  # noqa: S608 constants only
# The others are replies to the same comment or, at the top level, comments on the same part of the article.
SELECT_NEARBY = f"""
with one as (select id, thread, parent, part from comment where id = $1), near as (
    (select c.id, true as is_reply from comment c
     where c.parent = $1 and {IS_VISIBLE} order by c.best desc, c.id limit $2)
    union all
    (select c.id, false from comment c join one on c.parent = one.parent
     where c.id <> one.id and {IS_VISIBLE} order by c.best desc, c.id limit $2)
    union all
    (select c.id, false from comment c join one on c.thread = one.thread and c.part = one.part
     where c.id <> one.id and {IS_VISIBLE} order by c.best desc, c.id limit $2)
)
select {SHOWN_HTML} as raw_html, c.id, coalesce(m.name, c.imported_author) as author, near.is_reply, c.created_at,
       {IS_SENSITIVE_COMMENT} as sensitive
from near join comment c on c.id = near.id left join member m on m.id = c.author
order by near.is_reply desc, c.best desc, c.id
"""  # noqa: S608 constants only
SELECT_REPORTS = """
select m.name as reporter, r.name, r.email, g.title as ground, r.text, r.weight,
       r.reporter is not null or r.proven as counts, r.state, r.outcome, r.created_at
from report r join guideline g on g.code = r.guideline left join member m on m.id = r.reporter
where r.item = $1 order by r.state = 'resolved', r.weight * g.severity desc, r.id limit 100
"""
SELECT_HITS = """
select u.id as rule_id, u.name as rule, h.version, h.matched, h.acted, h.created_at
from hit h join rule u on u.id = h.rule where h.comment = $1 order by h.id limit 50
"""
# Who moderates where an item is.
SELECT_COLLEAGUES = f"""
select m.name from member m join queue_item i on i.id = $1
where m.state = 'active' and (m.role <> 'member' or exists (select from room_moderator r where r.member = m.id))
  and {rooms.moderates("i.thread", "m.id")}
order by m.name limit 100
"""  # noqa: S608 constants only


class ItemRow(msgspec.Struct, frozen=True):
    """An item with the thread of its target. `holder` is another moderator with a claim on it."""

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
    assigned_to: str | None
    thread: int | None
    slug: str | None
    title: str | None
    thread_state: str | None
    people: int
    grounds: list[str]
    sensitive: bool
    member: int | None
    # The ground with the most weight, preselected in the form.
    likely: str | None

    @property
    def causes(self) -> list[Message]:
        return arithmetic.causes(self.grounds)

    @property
    def formula(self) -> Message:
        return arithmetic.formula(self.risk, self.people)


async def item(viewer: int, number: int) -> ItemRow | None:
    """An item; None in the viewer's own case."""
    return await db.fetch_one(ItemRow, SELECT_ITEM, viewer, number)


async def colleagues(number: int) -> list[str]:
    """The names of the moderators of an item."""
    return await db.values(SELECT_COLLEAGUES, number)


class RenderedComment(msgspec.Struct, frozen=True):
    raw_html: str

    @property
    def html(self) -> Markup:
        """The body, rendered and made safe by platform/text/markdown.py."""
        return Markup(self.raw_html)  # noqa: S704 see the docstring


class CommentWords(RenderedComment, frozen=True):
    """A comment in any state, as only staff and its author may read it."""

    id: int
    author: str | None
    state: str
    statement: str | None
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
    # The publisher's site on which it was written.
    site: str | None
    sensitive: bool


async def words(comment: int) -> CommentWords | None:
    """A comment in any state; the caller has checked that the viewer may read it."""
    return await db.fetch_one(CommentWords, SELECT_COMMENT_WORDS, comment)


class NearbyComment(RenderedComment, frozen=True):
    """A visible comment that answers the comment in question (`is_reply`), or answers the same as it does."""

    id: int
    author: str | None
    is_reply: bool
    created_at: datetime
    sensitive: bool


async def nearby_comments(comment: int) -> list[NearbyComment]:
    """The strongest replies to a comment, then the strongest others in its place."""
    return await db.fetch(NearbyComment, SELECT_NEARBY, comment, MOST_LISTED)


def named_hosts(body: str, html: str) -> list[str]:
    """The first domains that a comment names, each once, however they are written."""
    post = facts.post(body, html, assisted=False, author=AuthorRecord(0, 0, 0, []))
    return list(dict.fromkeys(host.removeprefix("www.") for host in post.hosts if host))[:MOST_LISTED]


class ReportRow(msgspec.Struct, frozen=True):
    """A report, with its reporter, whom only staff may see."""

    reporter: str | None
    name: str | None
    email: str | None
    ground: str
    text: str
    weight: float
    # Whether it counts in full: visitors have to confirm their address for that.
    counts: bool
    state: str
    outcome: str | None
    created_at: datetime


async def reports(number: int) -> list[ReportRow]:
    """The reports of an item, open ones first."""
    return await db.fetch(ReportRow, SELECT_REPORTS, number)


class HitRow(msgspec.Struct, frozen=True):
    rule_id: int
    rule: str
    version: int
    matched: str
    acted: bool
    created_at: datetime


async def hits(comment: int) -> list[HitRow]:
    return await db.fetch(HitRow, SELECT_HITS, comment)


class ItemDetails(msgspec.Struct, frozen=True):
    """An item with all that its page shows."""

    item: ItemRow
    words: CommentWords | None
    opening: str
    parent: CommentWords | None
    nearby: list[NearbyComment]
    reports: list[ReportRow]
    requests: list[RightsRow]
    hits: list[HitRow]
    labels: list[LabelRow]
    decided: list[EarlierDecision]
    member: MemberSummary | None
    record: list[EarlierDecision]
    notes: list[NoteRow]
    others: list[OtherItem]
    # The names of those to whom it can be assigned.
    colleagues: list[str]

    @property
    def hosts(self) -> list[str]:
        return named_hosts(self.words.body, self.words.raw_html) if self.words else []

    @property
    def offending_words(self) -> list[str]:
        """Words of the comment that an automatic rule matched or a report quotes."""
        if self.words is None:
            return []
        matched, texts = [hit.matched for hit in self.hits], [report.text for report in self.reports]
        return offending_words(self.words.body, matched, texts)


async def details(viewer: int, number: int) -> ItemDetails | None:
    """Return an item with all that its page shows, or None where there is none for this moderator."""
    row = await item(viewer, number)
    if row is None:
        return None
    comment = await words(row.target) if row.kind == "comment" else None
    return ItemDetails(
        item=row,
        words=comment,
        opening=await db.value(SELECT_OPENING, row.target) or "" if row.kind == "article" else "",
        parent=await words(comment.parent) if comment and comment.parent else None,
        nearby=await nearby_comments(row.target) if comment else [],
        reports=await reports(number),
        requests=await rights.of_item(number) if row.kind == "article" else [],
        hits=await hits(row.target) if row.kind == "comment" else [],
        labels=await labels.of_comment(row.target) if row.kind == "comment" else [],
        decided=await people.decisions_about(viewer, number, row.kind, row.target),
        member=await people.summary(viewer, row.member) if row.member else None,
        record=await people.decisions_concerning(viewer, row.member),
        notes=await people.notes(viewer, row.member),
        others=await people.others(viewer, row.member, row.id),
        colleagues=await colleagues(row.id) if row.state == "open" else [],
    )
