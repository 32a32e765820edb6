"""Which answers count in a thread's map."""

import msgspec

from parley.discussion.comments.rules import IS_VISIBLE
from parley.discussion.opinion_model.analysis import Votes
from parley.platform import db

# Answers by members with a confirmed address whose account is a week old, on the present wording of comments that
# everybody can read and that were not merged into another statement, which says the same. Of the answers to asked
# questions that a member gave in one day, so many count as asked.
MOST_ASKED_A_DAY = 20
# The oldest account first: of members who answer alike, the first keeps their weight (opinion_model/analysis.py).
SELECT_ELIGIBLE = f"""
select v.member, v.comment, v.value,
       v.asked and row_number() over (
           partition by v.member, v.asked, v.changed_at::date order by v.changed_at, v.id
       ) <= {MOST_ASKED_A_DAY} as asked
from vote v join comment c on c.id = v.comment join member m on m.id = v.member
where v.thread = $1 and v.axis = 'agreement' and v.counted and v.wording = c.wording and {IS_VISIBLE}
  and m.state in ('active', 'silenced') and m.in_maps and m.created_at <= now() - interval '7 days'
  and not exists (
      select from merged_statement s join comment kept on kept.id = s.kept
      where s.comment = c.id and kept.thread = c.thread and kept.statement is not null and kept.state = 'visible'
  )
order by m.created_at, m.id, v.changed_at, v.id
"""  # noqa: S608 constants only


class EligibleAnswer(msgspec.Struct, frozen=True):
    member: int
    comment: int
    value: int
    asked: bool


async def answers(thread: int) -> Votes:
    """Return the answers that count in a thread's map."""
    rows = await db.fetch(EligibleAnswer, SELECT_ELIGIBLE, thread)
    return Votes(
        [str(row.member) for row in rows],
        [str(row.comment) for row in rows],
        [row.value for row in rows],
        [row.asked for row in rows],
    )


class Authored(msgspec.Struct, frozen=True):
    id: int
    author: int


async def authors(votes: Votes) -> dict[str, int]:
    """Return the author of each statement; an imported comment has one of its own."""
    sql = "select id, coalesce(author, -id) as author from comment where id = any($1::bigint[])"
    rows = await db.fetch(Authored, sql, sorted({int(comment) for comment in votes.statement}))
    return {str(row.id): row.author for row in rows}
