"""Reading statements: the one of a comment, the deck of a thread, and what a member has answered."""

from collections.abc import Sequence

import msgspec

from parley.articles.articles.rules import READABLE
from parley.discussion.statements.deck import StatementCandidate, choose
from parley.platform import db

SELECT_STATEMENT = """
select c.id as comment, c.thread, c.author, c.statement as text, p.id as proposal, p.text as proposed,
       m.name as proposed_by
from comment c left join statement_proposal p on p.comment = c.id and p.state = 'waiting'
left join member m on m.id = p.member where c.id = $1 and c.state = 'visible'
"""
# A thread may have any number of statements: the best of all, of each stance and of each passage are enough for a deck.
CAN_BE_ASKED = "statement is not null and state = 'visible' and collapsed is null and author is not null"
BEST_FIRST = "order by best desc, id"
SELECT_CANDIDATES = f"""
with found as (
    (select id from comment where thread = $1 and {CAN_BE_ASKED} {BEST_FIRST} limit 200)
    union
    select one.id from unnest(array['supports', 'challenges', 'adds', 'asks']) s(stance) cross join lateral (
        select id from comment where thread = $1 and stance = s.stance and {CAN_BE_ASKED} {BEST_FIRST} limit 20
    ) one
    union
    select one.id from (select part from passage_count where thread = $1 limit 500) p cross join lateral (
        select id from comment where thread = $1 and part = p.part and {CAN_BE_ASKED} {BEST_FIRST} limit 3
    ) one
)
select c.id as comment, c.author, c.stance, case when c.anchor <> 'lost' then c.passage end as passage, c.best as bound,
       c.statement as text, c.wording, c.agrees + c.disagrees + c.unsure as answers, s.kept
from found join comment c on c.id = found.id join member m on m.id = c.author
left join merged_statement s on s.comment = c.id and exists (
    select from comment kept where kept.id = s.kept and kept.thread = c.thread)
where m.state <> 'anonymised'
"""  # noqa: S608 constants only
SELECT_MUTED = "select other from block where member = $1 and coalesce(muted_until > now(), true)"
SELECT_ANSWERED = """
select c.id as comment, c.statement as text, v.value from vote v join comment c on c.id = v.comment
where v.member = $1 and v.thread = $2 and v.axis = 'agreement' and v.wording = c.wording
  and c.statement is not null and c.state = 'visible'
order by v.changed_at desc, c.id limit 200
"""
COUNT_ASKED_TODAY = """
select count(*) from vote where member = $1 and asked and changed_at > now() - interval '1 day'
"""
SELECT_PASSAGE = f"""
select p.text from thread t join article a on a.id = t.article
join revision r on r.article = a.id and r.number = t.revision cross join {READABLE} p where t.id = $1 and p.lineage = $2
"""  # noqa: S608 constants only


class StatementRow(msgspec.Struct, frozen=True):
    """A comment's statement, and the one that waits for its author's confirmation."""

    comment: int
    thread: int
    author: int | None
    text: str | None
    proposal: int | None
    proposed: str | None
    proposed_by: str | None


async def one(comment: int) -> StatementRow | None:
    """The statement of a visible comment."""
    return await db.fetch_one(StatementRow, SELECT_STATEMENT, comment)


async def candidates(thread: int) -> list[StatementCandidate]:
    """The statements of a thread that the deck is chosen from."""
    return await db.fetch(StatementCandidate, SELECT_CANDIDATES, thread)


async def deck(thread: int) -> list[StatementCandidate]:
    """The statements of a thread that are asked."""
    return choose(await candidates(thread))


class AnswerRow(msgspec.Struct, frozen=True):
    """A member's answer to the present wording of a statement."""

    comment: int
    text: str
    value: int


async def answers_of(member: int, thread: int) -> list[AnswerRow]:
    """A member's answers in a thread, the latest first."""
    return await db.fetch(AnswerRow, SELECT_ANSWERED, member, thread)


async def left_for(
    member: int, asked: Sequence[StatementCandidate], answers: Sequence[AnswerRow]
) -> list[StatementCandidate]:
    """The statements that a member can still be asked: neither their own, nor by somebody they blocked or muted.

    Blocks and mutes change what a member is asked, never what the map is made from.
    """
    done = {answer.comment for answer in answers}
    authors = {member, *await db.values(SELECT_MUTED, member)}
    return [statement for statement in asked if statement.comment not in done and statement.author not in authors]


async def asked_today(member: int) -> int:
    """How many answers of the last 24 hours count as asked."""
    count: int = await db.value(COUNT_ASKED_TODAY, member)
    return count


async def passage(thread: int, lineage: int) -> str | None:
    """The present text of a passage, as readers may see it."""
    text: str | None = await db.value(SELECT_PASSAGE, thread, lineage)
    return text
