"""Reading maps, the statements that they are about, and the answers that count in them."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from parley.discussion.comments.rules import EXCERPT, IS_VISIBLE
from parley.discussion.opinion_map.published import MapChange, PublishedMap
from parley.discussion.opinion_map.tables import PerspectiveMap
from parley.discussion.opinion_model.analysis import Analysis, Parameters, Verdict, Votes
from parley.discussion.thesis.queries import MAY_BE_READ
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.text.cleaning import shorten

STATEMENT_LENGTH = 140
SELECT_MAP = "select published::text as raw_published, counted_at from perspective_map where thread = $1"
# The statements of a map have the ids of their comments. A thesis is one too, with its own id below zero; new words are
# another one. Read whenever they are shown, so that what a moderator removed or collapsed is not.
SELECT_STATEMENTS = f"""
select c.id, c.statement, {EXCERPT} as excerpt, c.passage, c.author as author_id from comment c
where c.id = any($1::bigint[]) and {IS_VISIBLE} and c.collapsed is null
union all
select -h.id, h.text, '', null, null from thesis h join thread t on t.id = h.thread join article a on a.id = t.article
where -h.id = any($1::bigint[]) and h.ended_at is null and {MAY_BE_READ}
"""  # noqa: S608 constants only
# The answers that count in a map (SELECT_ELIGIBLE), of one member.
SELECT_OWN_VOTES = """
select v.comment, v.value from vote v join comment c on c.id = v.comment join member m on m.id = v.member
where v.member = $1 and v.thread = $2 and v.axis = 'agreement' and v.wording = c.wording and m.in_maps
union all
select -h.id, v.value from thesis h join thesis_answer v on v.thesis = h.id join member m on m.id = v.member
where v.member = $1 and h.thread = $2 and h.ended_at is null and v.value is not null and not v.seen and m.in_maps
"""
# Answers by members with a confirmed address whose account is a week old, on the present wording of comments that
# everybody can read and that were not merged into another statement with the same meaning.
# Of a member's answers to asked questions in one day, at most this many count as asked.
MOST_ASKED_A_DAY = 20
# The oldest account first: of members who answer alike, the first keeps their weight (opinion_model/analysis.py).
# Answers to the thesis are given freely, so none is asked: it is never common ground, but may name a group. Those that
# followed a look at the balance are left out.
SELECT_ELIGIBLE = f"""
select v.member, v.statement, v.value, v.asked from (
    select v.id, v.member, v.comment as statement, v.value, v.changed_at,
           v.asked and row_number() over (
               partition by v.member, v.asked, v.changed_at::date order by v.changed_at, v.id
           ) <= {MOST_ASKED_A_DAY} as asked
    from vote v join comment c on c.id = v.comment
    where v.thread = $1 and v.axis = 'agreement' and v.counted and v.wording = c.wording and {IS_VISIBLE}
      and not exists (
          select from merged_statement s join comment kept on kept.id = s.kept
          where s.comment = c.id and kept.thread = c.thread and kept.statement is not null and kept.state = 'visible'
      )
    union all
    select v.id, v.member, -h.id, v.value, v.changed_at, false
    from thesis h join thesis_answer v on v.thesis = h.id
    where h.thread = $1 and h.ended_at is null and v.counted and v.value is not null and not v.seen
) v join member m on m.id = v.member
where m.state in ('active', 'silenced') and m.in_maps and m.created_at <= now() - interval '7 days'
order by m.created_at, m.id, v.changed_at, v.statement
"""  # noqa: S608 constants only
MOST_COMMON, MOST_DECKS = 30, 10
SELECT_COMMON_GROUND = f"""
select c.id, c.statement, {EXCERPT} as excerpt, c.author as author_id, s.since,
       t.id as thread, t.slug, t.title, p.name as topic, p.slug as topic_slug
from statement_verdict s join comment c on c.id = s.comment
join thread t on t.id = s.thread join topic p on p.slug = t.topic
where s.verdict = 'common-ground' and ($1::text is null or t.topic = $1) and {IS_VISIBLE} and c.collapsed is null
order by s.since desc, s.id desc limit {MOST_COMMON}
"""  # noqa: S608 constants only
SELECT_VERDICTS = f"""
select c.id, c.statement, {EXCERPT} as excerpt, c.author as author_id, s.verdict, s.since
from statement_verdict s join comment c on c.id = s.comment
where s.thread = $1 and {IS_VISIBLE} and c.collapsed is null order by s.verdict, s.since desc, s.id desc
"""  # noqa: S608 constants only
# Of the threads with the newest activity, those with statements enough to answer and no map yet.
RECENT, LEAST_STATEMENTS = 200, 5
SELECT_DECKS = f"""
select thread, slug, title, topic, statements from (
    select t.id as thread, t.slug, t.title, p.name as topic, (
        select count(*) from (
            select from comment c where c.thread = t.id and c.statement is not null and {IS_VISIBLE} limit 30
        ) s
    ) as statements, t.last_activity_at
    from (select * from thread order by last_activity_at desc, id desc limit {RECENT}) t
    join topic p on p.slug = t.topic left join perspective_map m on m.thread = t.id
    where t.state = 'open' and ($1::text is null or t.topic = $1)
      and coalesce(m.published ->> 'reason', case when m.id is null then 'too-few-answers' end) is not null
) d where statements >= {LEAST_STATEMENTS} order by last_activity_at desc limit {MOST_DECKS}
"""  # noqa: S608 constants only


class MapRow(msgspec.Struct, frozen=True):
    raw_published: str
    counted_at: datetime

    @property
    def published(self) -> PublishedMap:
        return msgspec.json.decode(self.raw_published, type=PublishedMap)


async def of_thread(thread: int) -> MapRow | None:
    return await db.fetch_one(MapRow, SELECT_MAP, thread)


async def parameters(thread: int) -> Parameters | None:
    """Return what places members on a thread's map, None while there is no map."""
    raw = await db.value(
        "select analysis::text from perspective_map where thread = $1 and published ->> 'reason' is null", thread
    )
    return msgspec.json.decode(raw, type=Analysis).parameters if raw else None


async def changes(thread: int, most: int) -> list[tuple[datetime, int, Verdict | None]]:
    """Return the newest changes of verdicts: when, on which comment, and which it is now; the newest first."""
    raw = await db.value(PerspectiveMap.select(PerspectiveMap.history).where(PerspectiveMap.thread == thread))
    history = msgspec.json.decode(raw, type=list[MapChange]) if raw else []
    flat = [(change.at, int(key), verdict) for change in reversed(history) for key, verdict in change.verdicts.items()]
    return flat[:most]


class MapStatementRow(msgspec.Struct, frozen=True):
    """A statement, or the beginning of a comment without one."""

    id: int
    statement: str | None
    excerpt: str
    passage: int | None
    author_id: int | None

    @property
    def text(self) -> str:
        return self.statement or shorten(self.excerpt, STATEMENT_LENGTH)


async def statements(comments: Collection[int]) -> dict[int, MapStatementRow]:
    """Return the statements of these comments that everybody may read, by comment."""
    rows = await db.fetch(MapStatementRow, SELECT_STATEMENTS, list(comments)) if comments else []
    return {row.id: row for row in rows}


class OwnAnswer(msgspec.Struct, frozen=True):
    comment: int
    value: int


async def own_answers(member: int, thread: int) -> dict[int, int]:
    """Return a member's answers in a thread by comment; none if they are left out of maps."""
    return {row.comment: row.value for row in await db.fetch(OwnAnswer, SELECT_OWN_VOTES, member, thread)}


class EligibleAnswer(msgspec.Struct, frozen=True):
    member: int
    statement: int
    value: int
    asked: bool


async def eligible_answers(thread: int) -> Votes:
    """Return the answers that count in a thread's map."""
    rows = await db.fetch(EligibleAnswer, SELECT_ELIGIBLE, thread)
    return Votes(
        [str(row.member) for row in rows],
        [str(row.statement) for row in rows],
        [row.value for row in rows],
        [row.asked for row in rows],
    )


class Authored(msgspec.Struct, frozen=True):
    id: int
    author: int


async def statement_authors(votes: Votes) -> dict[str, int]:
    """Return the author of each statement; an imported comment and a thesis have one of their own."""
    sql = "select id, coalesce(author, -id) as author from comment where id = any($1::bigint[])"
    statements = {int(statement) for statement in votes.statement}
    rows = await db.fetch(Authored, sql, sorted(statements))
    # Nobody else has said the thesis.
    return {str(row.id): row.author for row in rows} | {str(thesis): 0 for thesis in statements if thesis < 0}


class CommonGround(msgspec.Struct, frozen=True):
    """A statement that all groups of its thread agree with."""

    id: int
    statement: str | None
    excerpt: str
    author_id: int | None
    since: datetime
    thread: int
    slug: str
    title: str
    topic: str
    topic_slug: str

    @property
    def text(self) -> str:
        return self.statement or shorten(self.excerpt, STATEMENT_LENGTH)

    @property
    def map_address(self) -> str:
        return f"/t/{self.thread}/{self.slug}?view=stand#discussion"


class ThreadDeck(msgspec.Struct, frozen=True):
    """A thread whose statements want answers, and how many of them there are."""

    thread: int
    slug: str
    title: str
    topic: str
    statements: int


async def common_ground(topic: str | None, viewer: Viewer | None) -> list[CommonGround]:
    """Return the newest common ground, of one topic if it is given, without authors whom the viewer blocked."""
    rows = await db.fetch(CommonGround, SELECT_COMMON_GROUND, topic)
    return [row for row in rows if not (viewer and row.author_id in viewer.blocked)]


class JudgedStatement(msgspec.Struct, frozen=True):
    """A statement of a thread with its verdict."""

    id: int
    statement: str | None
    excerpt: str
    author_id: int | None
    verdict: Verdict
    since: datetime

    @property
    def text(self) -> str:
        return self.statement or shorten(self.excerpt, STATEMENT_LENGTH)


async def verdicts(thread: int, viewer: Viewer | None) -> list[JudgedStatement]:
    """Return the statements of a thread that have a verdict, without authors whom the viewer blocked."""
    rows = await db.fetch(JudgedStatement, SELECT_VERDICTS, thread)
    return [row for row in rows if not (viewer and row.author_id in viewer.blocked)]


async def decks(topic: str | None) -> list[ThreadDeck]:
    """Return threads whose statements want answers, those with the newest activity first."""
    return await db.fetch(ThreadDeck, SELECT_DECKS, topic)


def by_topic(statements: Sequence[CommonGround]) -> dict[str, list[list[CommonGround]]]:
    """Group by topic and, within it, by thread; those with the newest first."""
    topics: dict[str, dict[int, list[CommonGround]]] = {}
    for statement in statements:
        topics.setdefault(statement.topic, {}).setdefault(statement.thread, []).append(statement)
    return {topic: [*threads.values()] for topic, threads in topics.items()}
