"""Second looks: decisions that another moderator judges again without knowing the outcome."""

from datetime import datetime

import msgspec

from parley.appeals.queries import HAS_NO_PART
from parley.community.queries import SENSITIVE
from parley.core import db
from parley.core.http.access import ADMIN, Viewer
from parley.matching.facts import RESTRICTS
from parley.modqueue import items
from parley.modqueue.items import CommentWords, HitRow

# One decision in ten, by a hash of its id: those whose first byte is less than this, of 256.
SAMPLED_OF_256 = 26
# Younger decisions are left out, since a moderator who saw one being made would remember it.
MIN_AGE, MAX_AGE = "1 hour", "30 days"

# $1 the moderator, $2 whether they are an admin, $3 SAMPLED_OF_256, $4 one decision or null. "offset 0" makes the
# planner choose the sample first. Comments that were edited since would mislead; severe grounds are left out, since
# nobody should have to read them for statistics.
FROM_OPEN_DECISIONS = f"""
from (
    select * from decision
    where created_at between now() - interval '{MAX_AGE}' and now() - interval '{MIN_AGE}'
      and get_byte(sha256(int8send(id)), 0) < $3 and ($4::bigint is null or id = $4)
    offset 0
) d join queue_item i on i.id = d.item join comment c on i.kind = 'comment' and c.id = i.target
left join member m on m.id = d.member
where d.moderator is not null and (d.action = 'approve' or d.action in {RESTRICTS})
    and d.state not in ('undone', 'awaiting', 'refused') and i.state = 'done'
    and c.state <> 'deleted_by_author' and (c.edited_at is null or c.edited_at <= d.created_at)
    and not exists (select from second_look o where o.decision = d.id)
    and {HAS_NO_PART}
    and not exists (select from decision o where o.item = d.item and o.moderator = $1)
    and not exists (select from appeal o where o.decision = d.id and o.assigned_to = $1)
    and not exists (select from report o join guideline g on g.code = o.guideline
                    where o.item = d.item and g.severity >= {SENSITIVE})
"""  # noqa: S608 constants only


async def waiting(viewer: Viewer) -> int:
    """The number of decisions that wait for a second look by this moderator."""
    count: int = await db.value(
        f"select count(*) {FROM_OPEN_DECISIONS}", viewer.id, viewer.access >= ADMIN, SAMPLED_OF_256, None
    )
    return count


class ReportWithoutOutcome(msgspec.Struct, frozen=True):
    """A report without its outcome."""

    ground: str
    text: str


class Case(msgspec.Struct, frozen=True):
    """A comment as it was before the decision, without the decision."""

    decision: int
    title: str
    words: CommentWords
    parent: CommentWords | None
    reports: list[ReportWithoutOutcome]
    hits: list[HitRow]


class DecisionToJudge(msgspec.Struct, frozen=True):
    """A decision, its item and its comment."""

    decision: int
    item: int
    comment: int
    title: str
    decided_at: datetime


SELECT_NEXT_DECISION = f"""
select d.id as decision, i.id as item, c.id as comment, (select title from thread t where t.id = c.thread) as title,
       d.created_at as decided_at
{FROM_OPEN_DECISIONS} order by d.id limit 1
"""  # noqa: S608 constants only
SELECT_REPORTS = """
select g.title as ground, r.text from report r join guideline g on g.code = r.guideline
where r.item = $1 and r.resolved_at = $2 order by r.weight * g.severity desc, r.id limit 100
"""


async def next_decision(viewer: Viewer, decision: int | None = None) -> DecisionToJudge | None:
    """The next decision that this moderator may judge; or `decision`, if they may judge it."""
    return await db.fetch_one(
        DecisionToJudge, SELECT_NEXT_DECISION, viewer.id, viewer.access >= ADMIN, SAMPLED_OF_256, decision
    )


async def case(viewer: Viewer) -> Case | None:
    """The case of the next decision; None where there is none."""
    row = await next_decision(viewer)
    words = await items.words(row.comment) if row else None
    if row is None or words is None:
        return None
    return Case(
        decision=row.decision,
        title=row.title,
        # Its state would reveal the decision.
        words=msgspec.structs.replace(words, state="visible", collapsed=None),
        parent=await items.words(words.parent) if words.parent else None,
        reports=await db.fetch(ReportWithoutOutcome, SELECT_REPORTS, row.item, row.decided_at),
        hits=await items.hits(row.comment),
    )


class Comparison(msgspec.Struct, frozen=True):
    """A second look beside the decision."""

    decision: int
    judgement: str
    action: str
    moderator: str
    ground: str | None
    reason: str

    @property
    def agrees(self) -> bool:
        """Whether both found that the comment breaks a guideline, or both that it does not."""
        return (self.judgement == "approve") == (self.action == "approve")


SELECT_COMPARISON = """
select d.id as decision, l.action as judgement, d.action, m.name as moderator, g.title as ground, d.reason
from second_look l join decision d on d.id = l.decision join member m on m.id = d.moderator
left join guideline g on g.code = d.guideline where l.decision = $1 and l.moderator = $2
"""


async def comparison(viewer: Viewer, decision: int) -> Comparison | None:
    """A second look of this moderator beside the decision."""
    return await db.fetch_one(Comparison, SELECT_COMPARISON, decision, viewer.id)
