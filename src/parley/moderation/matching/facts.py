"""The facts that rules use: the author's record and recent posts, read when a comment is judged."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from parley.discussion.commenting.drafts import Signature
from parley.discussion.comments.rules import ALL_WORDS, IS_IN
from parley.moderation.decisions.queries import RESTRICTIONS
from parley.moderation.matching.conditions import Similar
from parley.moderation.matching.evaluate import ActiveRule
from parley.moderation.matching.post import LONGEST_COMPARED, EarlierPost, Label, Post, comparable
from parley.moderation.matching.trust import LEVELS
from parley.platform import db

# Comments beyond this number make no difference.
MOST_COUNTED = 100
MOST_STOOD = LEVELS[-1].stood
OWN, OTHERS = 10, 30
MOST_EARLIER = 50

# "Let in": the comment was visible to others at some time. Back-tests read the same facts of earlier times
# (moderation/backtests/history.py).
LET_IN = IS_IN
# The decisions against a member, as a list of SQL.
RESTRICTS = f"({', '.join(repr(action) for action in RESTRICTIONS)})"
# The newest posts with a common band. Two index scans: `bands` finds near-copies, `created_at` posts with links.
SELECT_EARLIER = f"""
with alike as (
    select comment, sketch, hosts from comment_signature where bands && $2::int[] and comment <> $4
      and created_at > now() - interval '30 days' order by created_at desc limit {MOST_EARLIER}
), linked as (
    select comment, sketch, hosts from comment_signature where hosts && $3::text[] and hosts <> '{{}}' and comment <> $4
      and created_at > now() - interval '1 hour' order by created_at desc limit {MOST_EARLIER}
)
select c.author, c.author = $1 as own, extract(epoch from now() - c.created_at)::float8 as seconds, s.sketch, s.hosts
from (select * from alike union select * from linked) s join comment c on c.id = s.comment where c.author is not null
"""  # noqa: S608 constants only
# As rendered: addresses that readers would have to type do not count here.
HAS_LINK = """c.html like '%<a href="http%'"""
# Somebody else had it on their screen, or opened the thread later: staff, or a member for a week when it was written.
# So nobody earns trust with a second account made for it. Only the thread's last visitors are looked at, since this
# runs before every post, however many visited it.
MOST_VISITORS = 20
LAST_VISITORS = f"""
select v.member, v.read_until, v.read, r.role, r.created_at from (
    select member, read_until, read from visit where thread = c.thread order by seen_at desc limit {MOST_VISITORS}
) v join member r on r.id = v.member
"""  # noqa: S608 constants only
READ_IT = """
v.member <> c.author and (v.read_until >= c.created_at or c.id = any(v.read))
and (v.role <> 'member' or v.created_at < c.created_at - interval '7 days')
"""
WAS_READ = f"exists (select from ({LAST_VISITORS}) v where {READ_IT})"
# With WAS_READ and a day behind it, a comment `c` earns its author trust.
STANDS = "c.state = 'visible' and c.collapsed is null"
# One statement, since it runs before every post. `since` takes the newest comments of the author first and filters by
# time afterwards: otherwise the planner would read everybody's comments of the hour.
SELECT_AUTHOR = f"""
with recent as materialized (
    select c.id, c.thread, c.author, c.state, c.collapsed, c.created_at from comment c
    where c.author = $1 and {LET_IN} order by c.created_at desc limit {MOST_COUNTED}
), lasting as materialized (
    select * from recent c where {STANDS} and c.created_at < now() - interval '1 day'
), visitor as materialized (
    select c.thread, v.* from (select distinct thread from lasting) c cross join lateral ({LAST_VISITORS}) v
)
select extract(epoch from now() - m.created_at)::float8 / 86400 as age,
  (select count(*) from recent) as comments,
  (select count(*) from decision d where d.member = m.id and d.state = 'in_force' and d.action in {RESTRICTS}
     and d.created_at > now() - interval '90 days') as upheld,
  array(select extract(epoch from now() - c.created_at)::float8 from (
          select created_at from comment where author = m.id order by created_at desc limit {MOST_COUNTED}
        ) c where c.created_at > now() - interval '1 hour') as since,
  array(select left({ALL_WORDS}, {LONGEST_COMPARED}) from comment c where $2 and c.author = m.id
        order by c.created_at desc limit {OWN}) as own,
  array(select left({ALL_WORDS}, {LONGEST_COMPARED}) from comment c where $3 and c.author is not null
        order by c.id desc limit {OTHERS}) as others,
  (select count(*) from (select c.html from comment c where $5 and c.author = m.id and {LET_IN}
                         order by c.created_at desc limit {MOST_COUNTED}) c where {HAS_LINK}) as linked,
  array(select m.name_key union all select f.name_key from former_name f where f.member = m.id) as names,
  m.checked_comments,
  (select count(distinct (c.created_at at time zone 'UTC')::date) from recent c) as days_present,
  (select count(*) from (select from lasting c where exists (
      select from visitor v where v.thread = c.thread and {READ_IT}) limit {MOST_STOOD}) n) as stood,
  (select count(*) from report r where r.reporter = m.id and r.outcome = 'upheld'
     and r.created_at > now() - interval '1 year') as upheld_reports,
  exists(select from comment c where c.author = m.id and c.submission = $4) as sent_before
from member m where m.id = $1
"""  # noqa: S608 no value in it


class AuthorRecord(msgspec.Struct, frozen=True):
    """The record of an author.

    `age`: days since they signed up. `comments`: comments let in, at most 100. `upheld`: decisions against them in
    the last 90 days. `since`: seconds since each comment of the last hour. `own`, `others`: recent posts by them and
    by everybody, newest first, if a rule needs them. `checked_comments`: how many of their comments were checked.
    `names`: the keys of their present name and those of the last year. `linked`: how many of their last 100 comments
    have a link, if a rule needs it. `sent_before`: this submission has already been posted. `days_present`: on how many
    days they wrote, `stood`: how many comments stood for a day and were read, up to as many as the highest level takes,
    both of the last 100 comments let in.
    `upheld_reports`: of the last year.
    """

    age: float
    comments: int
    upheld: int
    since: list[float]
    own: list[str] = []
    others: list[str] = []
    linked: int = 0
    names: list[str] = []
    checked_comments: int = 0
    days_present: int = 0
    stood: int = 0
    upheld_reports: int = 0
    sent_before: bool = False


NOBODY = AuthorRecord(0, 0, 0, [])


async def author(member: int, rules: Sequence[ActiveRule] = (), submission: UUID | None = None) -> AuthorRecord:
    """The record of a member, with the recent posts that `rules` need."""
    needed = {condition.to for rule in rules for condition in rule.conditions if isinstance(condition, Similar)}
    known = (bool(needed), "anyone" in needed, submission, need(rules, "linked"))
    return await db.fetch_one(AuthorRecord, SELECT_AUTHOR, member, *known) or NOBODY


async def earlier_posts(member: int, signature: Signature, comment: int = 0) -> list[EarlierPost]:
    """The posts, except `comment`, that may be near-copies of a member's, or link to the same host."""
    if not signature.bands and not signature.hosts:
        return []
    return await db.fetch(EarlierPost, SELECT_EARLIER, member, signature.bands, signature.hosts, comment)


def need(rules: Iterable[ActiveRule], fact: str) -> bool:
    return any(fact in condition.needs for rule in rules for condition in rule.conditions)


def post(
    body: str,
    html: str,
    *,
    assisted: bool,
    author: AuthorRecord,
    thread: int = 0,
    heat: float = 0.0,
    earlier: Sequence[EarlierPost] = (),
    labels: Sequence[Label] = (),
) -> Post:
    return Post(
        body=body,
        html=html,
        assisted=assisted,
        age=author.age,
        comments=author.comments,
        upheld=author.upheld,
        days_present=author.days_present,
        stood=author.stood,
        upheld_reports=author.upheld_reports,
        names=tuple(author.names),
        thread=thread,
        since=tuple(author.since),
        own=tuple(map(comparable, author.own)),
        others=tuple(map(comparable, author.others)),
        earlier=tuple(earlier),
        linked=author.linked,
        heat=heat,
        labels=tuple(labels),
    )
