"""The facts that rules would have used for each comment at the time it was posted.

The counterpart of matching/facts.py and slow_mode/heat.py for earlier times. Texts, states and decisions are those
of today.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from parley.discussion.commenting.drafts import Signature
from parley.discussion.comments.rules import ALL_WORDS
from parley.discussion.slow_mode.heat import QUICK, QUICK_PAIR, REMOVAL, REPORT, WINDOW, Point, heat, newest_of_pairs
from parley.moderation.matching.conditions import Members, Similar
from parley.moderation.matching.evaluate import ActiveRule
from parley.moderation.matching.facts import (
    HAS_LINK,
    LET_IN,
    MOST_COUNTED,
    MOST_EARLIER,
    OTHERS,
    OWN,
    RESTRICTS,
    STANDS,
    WAS_READ,
)
from parley.moderation.matching.post import LONGEST_COMPARED, EarlierPost, Label, Post, comparable
from parley.people.accounts import names
from parley.platform import db

HOUR, DAY, YEAR = 3_600.0, 86_400.0, 365 * 86_400.0
RECORD_DAYS, COPY_DAYS = 90, 30

SELECT_IDS = """
select id from comment where created_at > $1::timestamptz - interval '30 days' and created_at <= $1
  and author is not null order by created_at, id
"""
SELECT_ROWS = f"""
select c.id, c.thread, c.author, m.role = 'member' as judged, {ALL_WORDS} as body,
       case when c.statement is null then c.html else '' end as html, c.assisted,
       extract(epoch from c.created_at)::float8 as at, extract(epoch from m.created_at)::float8 as joined,
       {LET_IN} as let_in, {STANDS} and {WAS_READ} as stands, {HAS_LINK} as has_link, {QUICK_PAIR} as pair,
       array(select l.label || '|' || l.score from comment_label l
             where l.comment = c.id and l.version = c.version order by l.id) as labels
from unnest($1::bigint[]) with ordinality as wanted(id, place) join comment c on c.id = wanted.id
join member m on m.id = c.author left join comment p on p.id = c.parent left join comment g on g.id = p.parent
order by place
"""  # noqa: S608 constants only

COUNT_LET_IN = f"""
select c.author as key, least(count(*), {MOST_COUNTED}) as number from comment c
where c.author is not null and {LET_IN} and c.created_at <= $1::timestamptz - interval '30 days' group by c.author
"""  # noqa: S608 constants only
SELECT_UPHELD = f"""
select d.member as key, extract(epoch from d.created_at)::float8 as number from decision d
where d.member is not null and d.state = 'in_force' and d.action in {RESTRICTS}
  and d.created_at > $1::timestamptz - interval '120 days' order by d.created_at
"""  # noqa: S608 constants only
SELECT_UPHELD_REPORTS = """
select r.reporter as key, extract(epoch from r.created_at)::float8 as number from report r
where r.reporter is not null and r.outcome = 'upheld' and r.created_at > $1::timestamptz - interval '1 year 30 days'
"""
SELECT_PRESENCE = f"""
select author as key, extract(epoch from created_at)::float8 as at, stands from (
    select c.author, c.created_at, c.id, {STANDS} and {WAS_READ} as stands,
           row_number() over (partition by c.author order by c.created_at desc, c.id desc) as place
    from comment c where c.author is not null and {LET_IN} and c.created_at <= $1::timestamptz - interval '30 days'
) c where place <= {MOST_COUNTED} order by created_at, id
"""  # noqa: S608 constants only
COUNT_LINKED = f"""
select author as key, number from (
    select c.author, ({HAS_LINK})::int as number, c.created_at, c.id,
           row_number() over (partition by c.author order by c.created_at desc, c.id desc) as place
    from comment c where c.author is not null and {LET_IN} and c.created_at <= $1::timestamptz - interval '30 days'
) c where place <= {MOST_COUNTED} order by created_at, id
"""  # noqa: S608 constants only
SELECT_RECENT_TIMES = """
select author as key, extract(epoch from created_at)::float8 as number from comment
where author is not null and created_at <= $1::timestamptz - interval '30 days'
  and created_at > $1::timestamptz - interval '30 days 1 hour' order by created_at, id
"""
SELECT_OWN_POSTS = f"""
select m.id as key, o.text from member m cross join lateral (
    select left({ALL_WORDS}, {LONGEST_COMPARED}) as text, c.created_at, c.id from comment c
    where c.author = m.id and c.created_at <= $1::timestamptz - interval '30 days'
    order by c.created_at desc, c.id desc limit {OWN}
) o order by o.created_at, o.id
"""  # noqa: S608 constants only
SELECT_RECENT_POSTS = f"""
select 0::bigint as key, text from (
    select id, left({ALL_WORDS}, {LONGEST_COMPARED}) as text from comment c
    where author is not null and created_at <= $1::timestamptz - interval '30 days' order by id desc limit {OTHERS}
) o order by id
"""  # noqa: S608 constants only
SELECT_HEAT_POINTS = f"""
select i.thread as key, {REPORT} * r.weight as weight, extract(epoch from r.created_at)::float8 as at,
       null::text as pair
from report r join queue_item i on i.id = r.item
where i.kind = 'comment' and r.outcome is distinct from 'declined' and i.thread is not null
  and r.created_at > $1::timestamptz - interval '30 days 1 hour'
union all
select d.thread, {REMOVAL}, extract(epoch from d.created_at)::float8, null from decision d
where d.kind = 'comment' and d.action in ('remove', 'collapse') and d.state = 'in_force' and d.thread is not null
  and d.created_at > $1::timestamptz - interval '30 days 1 hour'
order by at
"""  # noqa: S608 constants only
SELECT_NAMES = """
select id as key, name_key as text from member where name_key = any($1)
union all select member, name_key from former_name where name_key = any($1)
"""


class EarlierComment(msgspec.Struct, frozen=True):
    """An earlier comment; times in seconds since 1970. `judged`: rules apply, since its author is not staff.

    `html` is the rendered `body`; empty where that must be made for it. `labels`: each as `label|score`.
    """

    id: int
    thread: int
    author: int
    judged: bool
    body: str
    html: str
    assisted: bool
    at: float
    joined: float
    let_in: bool
    stands: bool
    has_link: bool
    pair: str | None
    labels: list[str]


class MemberFigure(msgspec.Struct, frozen=True):
    key: int
    number: float


class MemberText(msgspec.Struct, frozen=True):
    key: int
    text: str


class Presence(msgspec.Struct, frozen=True):
    """A comment of a member that was let in; `stands`: it earns trust from the next day on."""

    key: int
    at: float
    stands: bool


class HeatPoint(msgspec.Struct, frozen=True):
    key: int
    weight: float
    at: float
    pair: str | None


class SignedPost(msgspec.Struct, frozen=True):
    """A comment that was judged, `at` seconds since 1970."""

    number: int
    author: int
    at: float
    signature: Signature


class SignedPosts:
    """Earlier comments by the bands of their signatures and the hosts that they link to, the newest of each.

    In memory, it finds what `earlier_posts` in matching/facts.py finds in the database.
    """

    def __init__(self) -> None:
        self.number = 0
        self.by_key: defaultdict[int | str, deque[SignedPost]] = defaultdict(lambda: deque(maxlen=MOST_EARLIER))

    def add(self, author: int, at: float, signature: Signature) -> None:
        self.number += 1
        post = SignedPost(self.number, author, at, signature)
        keys: list[int | str] = [*post.signature.bands, *post.signature.hosts]
        for key in keys:
            self.by_key[key].append(post)

    def earlier(self, author: int, at: float, signature: Signature) -> Iterator[EarlierPost]:
        """Yield the posts that may be near-copies, and those of the last hour that link to the same host."""
        posts = {post.number: post for key in signature.bands for post in self.by_key.get(key, ())}
        linked = (post for host in signature.hosts for post in self.by_key.get(host, ()))
        posts |= {post.number: post for post in linked if at - post.at < HOUR}
        for post in posts.values():
            if at - post.at < COPY_DAYS * DAY:
                yield EarlierPost(
                    post.author, post.author == author, at - post.at, post.signature.sketch, post.signature.hosts
                )


class History:
    """The facts that one rule needs, kept up to date as comments are added in the order of their posting."""

    def __init__(self, rule: ActiveRule) -> None:
        self.needs = frozenset[str]().union(*(condition.needs for condition in rule.conditions))
        self.compared_with = {condition.to for condition in rule.conditions if isinstance(condition, Similar)}
        members = [condition for condition in rule.conditions if isinstance(condition, Members)]
        self.named = [names.key(name) for condition in members for name in condition.names]
        self.names: defaultdict[int, list[str]] = defaultdict(list)
        self.let_in: defaultdict[int, int] = defaultdict(int)
        self.upheld: defaultdict[int, list[float]] = defaultdict(list)
        self.upheld_reports: defaultdict[int, list[float]] = defaultdict(list)
        self.present: defaultdict[int, deque[Presence]] = defaultdict(lambda: deque(maxlen=MOST_COUNTED))
        self.times: defaultdict[int, deque[float]] = defaultdict(lambda: deque(maxlen=MOST_COUNTED))
        self.own: defaultdict[int, deque[str]] = defaultdict(lambda: deque(maxlen=OWN))
        self.others: deque[str] = deque(maxlen=OTHERS)
        self.linked: defaultdict[int, deque[int]] = defaultdict(lambda: deque(maxlen=MOST_COUNTED))
        self.signed = SignedPosts()
        self.heat_points: defaultdict[int, list[HeatPoint]] = defaultdict(list)

    async def load(self, until: datetime) -> None:
        """Load the facts as of thirty days before `until`."""
        if "record" in self.needs:
            await self._load_record(until)
        for person in await db.fetch(MemberText, SELECT_NAMES, self.named):
            self.names[person.key].append(person.text)
        if "recent" in self.needs:
            for figure in await db.fetch(MemberFigure, SELECT_RECENT_TIMES, until):
                self.times[figure.key].append(figure.number)
        if "linked" in self.needs:
            for figure in await db.fetch(MemberFigure, COUNT_LINKED, until):
                self.linked[figure.key].append(int(figure.number))
        if "heat" in self.needs:
            for point in await db.fetch(HeatPoint, SELECT_HEAT_POINTS, until):
                self.heat_points[point.key].append(point)
        await self._load_posts(until)

    async def _load_record(self, until: datetime) -> None:
        self.let_in.update({row.key: int(row.number) for row in await db.fetch(MemberFigure, COUNT_LET_IN, until)})
        for figure in await db.fetch(MemberFigure, SELECT_UPHELD, until):
            self.upheld[figure.key].append(figure.number)
        for figure in await db.fetch(MemberFigure, SELECT_UPHELD_REPORTS, until):
            self.upheld_reports[figure.key].append(figure.number)
        for presence in await db.fetch(Presence, SELECT_PRESENCE, until):
            self.present[presence.key].append(presence)

    async def _load_posts(self, until: datetime) -> None:
        if "author" in self.compared_with:
            for post in await db.fetch(MemberText, SELECT_OWN_POSTS, until):
                self.own[post.key].append(comparable(post.text))
        if "anyone" in self.compared_with:
            posts = await db.fetch(MemberText, SELECT_RECENT_POSTS, until)
            self.others.extend(comparable(post.text) for post in posts)

    def post(self, row: EarlierComment) -> Post:
        """The comment as rules would have seen it."""
        return Post(
            body=row.body,
            assisted=row.assisted,
            age=(row.at - row.joined) / DAY,
            comments=self.let_in[row.author],
            upheld=sum(row.at - RECORD_DAYS * DAY < at <= row.at for at in self.upheld.get(row.author, ())),
            days_present=len({comment.at // DAY for comment in self.present.get(row.author, ())}),
            stood=sum(comment.stands and comment.at < row.at - DAY for comment in self.present.get(row.author, ())),
            upheld_reports=sum(row.at - YEAR < at <= row.at for at in self.upheld_reports.get(row.author, ())),
            names=tuple(self.names.get(row.author, ())),
            thread=row.thread,
            since=tuple(row.at - at for at in self.times[row.author] if row.at - at < HOUR),
            own=tuple(reversed(self.own[row.author])) if "author" in self.compared_with else (),
            others=tuple(reversed(self.others)),
            earlier=tuple(self.signed.earlier(row.author, row.at, _signature(row))) if "copies" in self.needs else (),
            linked=sum(self.linked[row.author]),
            heat=heat(newest_of_pairs(self._points(self.heat_points.get(row.thread, ()), row.at))),
            html=row.html,
            labels=tuple(Label(said, float(score)) for said, score in (one.split("|") for one in row.labels)),
        )

    def add(self, row: EarlierComment) -> None:
        self.let_in[row.author] = min(MOST_COUNTED, self.let_in[row.author] + row.let_in)
        self.times[row.author].append(row.at)
        if row.let_in:
            self.present[row.author].append(Presence(row.author, row.at, row.stands))
        if "author" in self.compared_with:
            self.own[row.author].append(comparable(row.body))
        if "anyone" in self.compared_with:
            self.others.append(comparable(row.body))
        if "linked" in self.needs and row.let_in:
            self.linked[row.author].append(row.has_link)
        if "copies" in self.needs and row.judged:
            self.signed.add(row.author, row.at, _signature(row))
        if "heat" in self.needs and row.pair:
            self.heat_points[row.thread].append(HeatPoint(row.thread, QUICK, row.at, row.pair))

    @staticmethod
    def _points(points: Iterable[HeatPoint], at: float) -> list[Point]:
        return [Point(0, point.weight, at - point.at, point.pair) for point in points if 0 <= at - point.at < WINDOW]


def _signature(row: EarlierComment) -> Signature:
    return Post(row.body, html=row.html).signature
