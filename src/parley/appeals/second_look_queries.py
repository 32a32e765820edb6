"""Second looks: decisions that another moderator judges again without knowing the outcome."""

from datetime import datetime

import msgspec

from parley.appeals.queries import NO_PART
from parley.community.queries import SENSITIVE
from parley.core import db
from parley.core.http.access import ADMIN, Viewer
from parley.matching.facts import RESTRICTS
from parley.modqueue import items
from parley.modqueue.items import CommentWords, HitRow

# Of 256 decisions, chosen by a hash of their ids: one in ten.
SHARE = 26
# A moderator who saw the decision being made would remember it.
AFTER, WITHIN = "1 hour", "30 days"

# $1 the moderator, $2 whether they are an admin, $3 the share, $4 one decision or none. "offset 0" makes the planner
# choose the sample first. Comments that have changed since would mislead; severe grounds are left out, since nobody
# should have to read them for statistics.
OPEN = f"""
from (
    select * from decision
    where created_at between now() - interval '{WITHIN}' and now() - interval '{AFTER}'
      and get_byte(sha256(int8send(id)), 0) < $3 and ($4::bigint is null or id = $4)
    offset 0
) d join queue_item i on i.id = d.item join comment c on i.kind = 'comment' and c.id = i.target
left join member m on m.id = d.member
where d.moderator is not null and (d.action = 'approve' or d.action in {RESTRICTS})
    and d.state not in ('undone', 'awaiting', 'refused') and i.state = 'done'
    and c.state <> 'deleted_by_author' and (c.edited_at is null or c.edited_at <= d.created_at)
    and not exists (select from second_look o where o.decision = d.id)
    and {NO_PART}
    and not exists (select from decision o where o.item = d.item and o.moderator = $1)
    and not exists (select from appeal o where o.decision = d.id and o.assigned_to = $1)
    and not exists (select from report o join guideline g on g.code = o.guideline
                    where o.item = d.item and g.severity >= {SENSITIVE})
"""  # noqa: S608 constants only


async def waiting(viewer: Viewer) -> int:
    """The number of decisions that wait for a second look by this moderator."""
    count: int = await db.value(f"select count(*) {OPEN}", viewer.id, viewer.access >= ADMIN, SHARE, None)
    return count


class ReportBefore(msgspec.Struct, frozen=True):
    """A report without its outcome."""

    ground: str
    text: str


class Case(msgspec.Struct, frozen=True):
    """A comment as it was before the decision, without the decision."""

    decision: int
    title: str
    words: CommentWords
    parent: CommentWords | None
    reports: list[ReportBefore]
    hits: list[HitRow]


class CaseRow(msgspec.Struct, frozen=True):
    decision: int
    item: int
    comment: int
    title: str
    decided_at: datetime


FOLLOWING = f"""
select d.id as decision, i.id as item, c.id as comment, (select title from thread t where t.id = c.thread) as title,
       d.created_at as decided_at
{OPEN} order by d.id limit 1
"""  # noqa: S608 constants only
REPORTS = """
select g.title as ground, r.text from report r join guideline g on g.code = r.guideline
where r.item = $1 and r.resolved_at = $2 order by r.weight * g.severity desc, r.id limit 100
"""


async def following(viewer: Viewer, decision: int | None = None) -> CaseRow | None:
    """The next decision for this moderator; or `decision`, if it is one for them."""
    return await db.fetch_one(CaseRow, FOLLOWING, viewer.id, viewer.access >= ADMIN, SHARE, decision)


async def case(viewer: Viewer) -> Case | None:
    """The case of the next decision; None where there is none."""
    found = await following(viewer)
    words = await items.words(found.comment) if found else None
    if found is None or words is None:
        return None
    return Case(
        decision=found.decision,
        title=found.title,
        # Its state would reveal the decision.
        words=msgspec.structs.replace(words, state="visible", collapsed=None),
        parent=await items.words(words.parent) if words.parent else None,
        reports=await db.fetch(ReportBefore, REPORTS, found.item, found.decided_at),
        hits=await items.hits(found.comment),
    )


class Compared(msgspec.Struct, frozen=True):
    """A second look beside the decision."""

    decision: int
    mine: str
    action: str
    moderator: str
    ground: str | None
    reason: str

    @property
    def agrees(self) -> bool:
        """Whether both found that the comment breaks a guideline, or both that it does not."""
        return (self.mine == "approve") == (self.action == "approve")


COMPARED = """
select d.id as decision, a.action as mine, d.action, m.name as moderator, g.title as ground, d.reason
from second_look a join decision d on d.id = a.decision join member m on m.id = d.moderator
left join guideline g on g.code = d.guideline where a.decision = $1 and a.moderator = $2
"""


async def compared(viewer: Viewer, decision: int) -> Compared | None:
    """A second look of this moderator beside the decision."""
    return await db.fetch_one(Compared, COMPARED, decision, viewer.id)
