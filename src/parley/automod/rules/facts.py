"""What is known of an author and of what was posted before, read at the moment a comment is judged."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from parley.automod.rules.conditions import Similar
from parley.automod.rules.evaluate import ActiveRule
from parley.automod.rules.post import LONGEST_COMPARED, Post
from parley.comments.rules import IS_IN
from parley.core import db

# A record of so many comments is as good as any.
MOST_COUNTED = 100
OWN, OTHERS = 10, 30

# Let in are those that others saw, whatever became of them; taken away is what a decision in force did. The back-test
# reads the same of the past (backtest.py).
LET_IN = IS_IN
RESTRICTS = "('remove', 'collapse', 'warn', 'silence', 'suspend')"


class Author(msgspec.Struct, frozen=True):
    """What is known of an author at a moment.

    Days since they signed up, comments let in (counted to 100), what was taken away from them in 90 days, and the
    seconds since each comment of the last hour; what was posted just before, the newest first, by them and by
    everybody, as far as it was asked for; how many of their comments were judged, and whether this submission made one.
    """

    age: float
    comments: int
    upheld: int
    since: list[float]
    own: list[str] = []
    others: list[str] = []
    judged: int = 0
    sent_before: bool = False


# One statement, for it stands between a member and their comment. Their newest comments are taken before the hour is
# looked at: the planner would else walk through everybody's of that hour.
AUTHOR = f"""
select extract(epoch from now() - m.created_at)::float8 / 86400 as age,
  (select count(*) from (select from comment c where c.author = m.id and {LET_IN} limit {MOST_COUNTED}) n)
     as comments,
  (select count(*) from decision d where d.member = m.id and d.state = 'in_force' and d.action in {RESTRICTS}
     and d.created_at > now() - interval '90 days') as upheld,
  array(select extract(epoch from now() - c.created_at)::float8 from (
          select created_at from comment where author = m.id order by created_at desc limit {MOST_COUNTED}
        ) c where c.created_at > now() - interval '1 hour') as since,
  array(select left(c.body, {LONGEST_COMPARED}) from comment c where $2 and c.author = m.id
        order by c.created_at desc limit {OWN}) as own,
  array(select left(c.body, {LONGEST_COMPARED}) from comment c where $3 and c.author is not null
        order by c.id desc limit {OTHERS}) as others,
  m.judged,
  exists(select from comment c where c.author = m.id and c.submission = $4) as sent_before
from member m where m.id = $1
"""  # noqa: S608 no value in it


async def author(member: int, rules: Iterable[ActiveRule] = (), submission: UUID | None = None) -> Author:
    """The record of a member, with what was posted before as far as one of `rules` asks for it."""
    asked = {one.to for rule in rules for one in rule.conditions if isinstance(one, Similar)}
    found = await db.fetch_one(Author, AUTHOR, member, bool(asked), "anyone" in asked, submission)
    return found or Author(0, 0, 0, [])


def post(body: str, html: str, *, assisted: bool, author: Author, heat: float = 0.0) -> Post:
    """The post that the rules judge."""
    return Post(
        body=body,
        html=html,
        assisted=assisted,
        age=author.age,
        comments=author.comments,
        upheld=author.upheld,
        since=tuple(author.since),
        own=tuple(author.own),
        others=tuple(author.others),
        heat=heat,
    )
