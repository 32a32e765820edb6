"""Over all threads: the newest common ground, and decks that want answers. Members are never joined across threads."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.discussion.comments.rules import IS_VISIBLE
from parley.discussion.opinion_map.queries import STATEMENT_LENGTH
from parley.platform import db
from parley.platform.http.access import Viewer
from parley.platform.text.markdown import excerpt

MOST_COMMON, MOST_DECKS = 30, 10


class CommonGround(msgspec.Struct, frozen=True):
    """A statement that all groups of its thread agree with."""

    id: int
    statement: str | None
    html: str
    author_id: int | None
    since: datetime
    thread: int
    slug: str
    title: str
    topic: str
    topic_slug: str

    @property
    def text(self) -> str:
        return self.statement or excerpt(self.html, STATEMENT_LENGTH)

    @property
    def map_address(self) -> str:
        return f"/t/{self.thread}/{self.slug}?view=perspectives#discussion"


class ThreadDeck(msgspec.Struct, frozen=True):
    """A thread whose statements want answers, and how many of them there are."""

    thread: int
    slug: str
    title: str
    topic: str
    statements: int


SELECT_COMMON_GROUND = f"""
select c.id, c.statement, c.html, c.author as author_id, s.since,
       t.id as thread, t.slug, t.title, p.name as topic, p.slug as topic_slug
from statement_verdict s join comment c on c.id = s.comment
join thread t on t.id = s.thread join topic p on p.slug = t.topic
where s.verdict = 'common-ground' and ($1::text is null or t.topic = $1) and {IS_VISIBLE} and c.collapsed is null
order by s.since desc, s.id desc limit {MOST_COMMON}
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


async def common_ground(topic: str | None, viewer: Viewer | None) -> list[CommonGround]:
    """Return the newest common ground, of one topic if it is given, without authors whom the viewer blocked."""
    rows = await db.fetch(CommonGround, SELECT_COMMON_GROUND, topic)
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
