"""What is known of an author and of what was posted before, read at the moment a comment is judged."""

import msgspec

from parley.core import db
from parley.moderation.engine.conditions import Similar
from parley.moderation.engine.evaluate import Rule
from parley.moderation.engine.post import LONGEST_COMPARED, Post

# A record of so many comments is as good as any.
MOST_COUNTED = 100
OWN, OTHERS = 10, 30

# Let in are those that others saw, whatever became of them; taken away is what a decision in force did. The back-test
# reads the same of the past (backtest.py).
LET_IN = "c.state not in ('draft', 'pending', 'rejected', 'expired')"
RESTRICTS = "('remove', 'collapse', 'warn', 'silence', 'suspend')"


class Author(msgspec.Struct, frozen=True):
    """What is known of an author.

    Days since they signed up, comments let in (counted to 100), what was taken away from them in 90 days, and the
    seconds since each comment of the last hour.
    """

    age: float
    comments: int
    upheld: int
    since: list[float]


class Before(msgspec.Struct, frozen=True):
    """What was posted just before, the newest first: by an author, and by everybody."""

    own: list[str]
    others: list[str]


AUTHOR = f"""
select extract(epoch from now() - m.created_at)::float8 / 86400 as age,
  (select count(*) from (select from comment c where c.author = m.id and {LET_IN} limit {MOST_COUNTED}) n)
     as comments,
  (select count(*) from decision d where d.member = m.id and d.state = 'in_force' and d.action in {RESTRICTS}
     and d.created_at > now() - interval '90 days') as upheld,
  array(select extract(epoch from now() - c.created_at)::float8 from comment c
        where c.author = m.id and c.created_at > now() - interval '1 hour'
        order by c.created_at desc, c.id desc limit {MOST_COUNTED}) as since
from member m where m.id = $1
"""  # noqa: S608 no value in it

BEFORE = f"""
select
  array(select left(c.body, {LONGEST_COMPARED}) from comment c where c.author = $1
        order by c.created_at desc, c.id desc limit {OWN}) as own,
  array(select left(c.body, {LONGEST_COMPARED}) from comment c where $2 and c.author is not null
        order by c.id desc limit {OTHERS}) as others
"""  # noqa: S608 no value in it


async def author(member: int) -> Author:
    """The record of a member."""
    found = await db.fetch_one(Author, AUTHOR, member)
    return found or Author(0, 0, 0, [])


async def before(member: int, rules: list[Rule]) -> Before:
    """What was posted before, as far as one of `rules` asks for it."""
    asked = {one.to for rule in rules for one in rule.conditions if isinstance(one, Similar)}
    if not asked:
        return Before([], [])
    found = await db.fetch_one(Before, BEFORE, member, "anyone" in asked)
    return found or Before([], [])


def post(body: str, *, assisted: bool, author: Author, before: Before, heat: float = 0.0) -> Post:
    """The post that the rules judge."""
    return Post(
        body=body,
        assisted=assisted,
        age=author.age,
        comments=author.comments,
        upheld=author.upheld,
        since=tuple(author.since),
        own=tuple(before.own),
        others=tuple(before.others),
        heat=heat,
    )
