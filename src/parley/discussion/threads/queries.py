"""Reading threads: one, and the lists of the home page."""

from datetime import UTC, datetime
from math import log10

import msgspec

from parley.articles.articles import queries as articles
from parley.articles.articles.queries import ArticleRow
from parley.articles.articles.rules import READABLE
from parley.discussion.threads.locks import turn
from parley.discussion.threads.tables import Thread, Topic
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.text.messages import N_

PAGE = 20
THREAD_SORTS = ("hot", "new", "active", "top")
PERIODS = {"day": 1, "week": 7, "month": 30, "year": 365, "all": 36_500}
# Ten times as many comments and votes weigh as much as being four days younger: articles are discussed for days.
HOT_SECONDS = 345_600
COMMON_GROUND = """
       (select count(*) from statement_verdict v join comment c on c.id = v.comment
        where v.thread = t.id and v.verdict = 'common-ground' and c.state = 'visible' and c.collapsed is null)
         as common_ground
"""
LOCK_THREAD = f"""
with turn as materialized (select {turn("$1")})
select state from turn cross join thread where id = $1 for no key update of thread
"""  # noqa: S608 constants only
SELECT_THREAD = f"""
select t.id, t.slug, t.state, t.state_reason as lock_reason, t.slow, t.slow_branches::text as raw_slow_branches,
       t.title, p.name as topic, p.slug as topic_slug, p.hue,
       t.comment_count, t.last_seq, t.created_at, t.last_activity_at,
       case when m.state <> 'anonymised' then m.name end as starter,
       (select asks_declaration from community) as asks_declaration,
       exists (select from comment c where c.thread = t.id and c.statement is not null and c.state = 'visible')
         as has_statements,
       exists (select from author_reply where article = t.article) as has_pinned,
       {COMMON_GROUND},
       coalesce((select people from thread_stats where thread = t.id), 0) as people
from thread t join topic p on p.slug = t.topic left join member m on m.id = t.starter where t.id = $1
"""  # noqa: S608 constants only
# Keyset pagination: the next page begins below the (rank, id) of the last card. It is read from the index of the order;
# only the best of a period are sorted.
SELECT_THREADS = f"""
select t.id, t.slug, t.title, t.state, case when a.url is not null then a.site end as site, r.byline,
       p.name as topic, p.slug as topic_slug, p.hue, case when a.display <> 'none' then r.words else 0 end as words,
       coalesce(case
           when a.display = 'full' then (select text from passage where revision = r.id and kind = 'paragraph'
                             order by position limit 1)
           when a.display <> 'none' then (
               select b.text from {READABLE} b where b.kind = 'paragraph' order by b.position limit 1)
       end, '') as first_words,
       t.comment_count, s.people, t.created_at, t.last_activity_at, s.stances,
       {COMMON_GROUND},
       ({{rank}})::float8 as rank
from thread t
join article a on a.id = t.article
join topic p on p.slug = t.topic
join thread_stats s on s.thread = t.id
join lateral (select id, byline, words from revision where article = a.id order by number desc limit 1) r on true
where not a.untitled and ($1::text is null or t.topic = $1)
  and ({{key}}, {{id}}) < (coalesce({{last}}, 'infinity'), coalesce($3::bigint, 0))
  and t.created_at > now() - make_interval(days => $4)
order by {{key}} desc, {{id}} desc limit $5
"""  # noqa: S608 constants only
LAST_TIME = "to_timestamp($2::float8)"
RANK = {
    "hot": {"rank": "s.hot", "key": "s.hot", "id": "s.thread", "last": "$2::float8"},
    "new": {"rank": "extract(epoch from t.created_at)", "key": "t.created_at", "id": "t.id", "last": LAST_TIME},
    "active": {
        "rank": "extract(epoch from t.last_activity_at)",
        "key": "t.last_activity_at",
        "id": "t.id",
        "last": LAST_TIME,
    },
    "top": {"rank": "s.score", "key": "s.score::float8", "id": "t.id", "last": "$2::float8"},
}
SELECT_BY_SORT = {sort: SELECT_THREADS.format(**rank) for sort, rank in RANK.items()}


class SlowBranch(msgspec.Struct, frozen=True):
    """A heated branch in slow mode: the one below `comment`, or the whole thread if that is None.

    `wait` is in seconds between two comments of one member. It ends at `until`, unless the heat goes on.
    """

    comment: int | None
    wait: int
    until: datetime


class ThreadRow(msgspec.Struct, frozen=True):
    id: int
    slug: str
    state: str
    lock_reason: str | None
    # Seconds between two comments of one member, set by moderators; 0 for no slow mode.
    slow: int
    raw_slow_branches: str
    title: str
    topic: str
    topic_slug: str
    hue: int | None
    comment_count: int
    last_seq: int
    created_at: datetime
    last_activity_at: datetime
    starter: str | None
    # Whether the community's rules ask for a declaration of AI assistance.
    asks_declaration: bool
    # Whether there are statements to answer (statements/queries.py).
    has_statements: bool
    # Whether the article's author pinned a reply.
    has_pinned: bool
    # Statements that are common ground on the thread's map.
    common_ground: int
    # How many have commented; 0 until the worker has counted them.
    people: int

    @property
    def address(self) -> str:
        return f"/t/{self.id}/{self.slug}"

    @property
    def slow_branches(self) -> list[SlowBranch]:
        now = datetime.now(UTC)
        return [
            branch
            for branch in msgspec.json.decode(self.raw_slow_branches, type=list[SlowBranch])
            if branch.until > now
        ]

    @property
    def is_in_slow_mode(self) -> bool:
        """Whether members may have to wait anywhere in the thread."""
        return self.state == "open" and (self.slow > 0 or bool(self.slow_branches))


async def one(thread_id: int) -> ThreadRow | None:
    return await db.fetch_one(ThreadRow, SELECT_THREAD, thread_id)


async def with_article(thread_id: int) -> tuple[ThreadRow, ArticleRow]:
    """Return a thread and its article. Raises NotFound."""
    # The thread first: if its `last_seq` were newer than the comments read after it, the stream would skip events.
    thread, article = await one(thread_id), await articles.of_thread(thread_id)
    if thread is None or article is None:
        raise NotFound(N_("This thread does not exist."))
    return thread, article


async def lock_thread(thread_id: int) -> str | None:
    """Lock a thread and return its state, or None if there is no such thread."""
    state: str | None = await db.value(LOCK_THREAD, thread_id)
    return state


async def address(thread_id: int) -> str:
    row = await Thread.select(Thread.slug).where(Thread.id == thread_id).first()
    return f"/t/{thread_id}/{row['slug'] if row else None}"


def hot(score: int, created_at: datetime) -> float:
    """Reddit's former "hot" formula: the logarithm of `score` (comments and votes) plus the date in four days."""
    return log10(max(score, 1)) + created_at.timestamp() / HOT_SECONDS


class TopicRow(msgspec.Struct, frozen=True):
    slug: str
    name: str
    hue: int | None


async def topics() -> list[TopicRow]:
    return await db.fetch(TopicRow, Topic.select().order_by(Topic.position, Topic.slug))


class StanceCounts(msgspec.Struct, frozen=True):
    supports: int = 0
    challenges: int = 0
    adds: int = 0
    asks: int = 0
    none: int = 0

    @property
    def total(self) -> int:
        return self.supports + self.challenges + self.adds + self.asks + self.none


class CardRow(msgspec.Struct, frozen=True):
    """A thread as the home page lists it."""

    id: int
    slug: str
    title: str
    state: str
    site: str | None
    byline: str | None
    topic: str
    topic_slug: str
    hue: int | None
    words: int
    first_words: str
    comment_count: int
    people: int
    created_at: datetime
    last_activity_at: datetime
    stances: list[int]
    common_ground: int
    rank: float


async def cards(sort: str, topic: str | None, period: str, after: tuple[float, int] | None) -> list[CardRow]:
    """One page of threads in the order of `sort`, and the first one of the next page."""
    days = PERIODS[period] if sort == "top" else PERIODS["all"]
    rank, last = after or (None, None)
    return await db.fetch(CardRow, SELECT_BY_SORT[sort], topic, rank, last, days, PAGE + 1)
