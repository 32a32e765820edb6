"""Second looks: decisions that another moderator judges again without knowing the outcome."""

import msgspec

from parley.discussion.threads import rooms
from parley.moderation.appeals.queries import MAY_REVIEW_WITHOUT_PART
from parley.moderation.decisions.rows import HAS_ANSWERED
from parley.moderation.matching.facts import RESTRICTS
from parley.moderation.modqueue import items
from parley.moderation.modqueue.items import CommentWords, HitRow
from parley.people.accounts.viewer import Viewer
from parley.people.community.queries import SENSITIVE
from parley.platform import db
from parley.platform.http.access import ADMIN

# A decision is in the sample if this byte of the hash of its id is below SAMPLED_OF_256: 26 of 256 values, one in ten.
HASH_BYTE = "get_byte(sha256(int8send(id)), 0)"
SAMPLED_OF_256 = 26
# Younger decisions are left out, since a moderator who saw one being made would remember it. Older ones say little
# about how moderators decide now.
MIN_AGE, MAX_AGE = "1 hour", "30 days"

# $1 the moderator, $2 whether they are an admin, $3 SAMPLED_OF_256, $4 one decision or null. "offset 0" makes the
# planner choose the sample first. A proposal counts from its approval. Comments that were edited since would mislead;
# sensitive ones are left out, since nobody should have to read them for statistics.
FROM_SAMPLE = f"""
from (
    select * from decision
    where created_at between now() - interval '{MAX_AGE}' and now() - interval '{MIN_AGE}'
      and {HASH_BYTE} < $3 and ($4::bigint is null or id = $4)
    offset 0
) d join queue_item i on i.id = d.item join comment c on i.kind = 'comment' and c.id = i.target
left join member m on m.id = d.member
where d.moderator is not null and (d.action = 'approve' or d.action in {RESTRICTS})
    and d.state not in ('undone', 'awaiting', 'rejected') and i.state = 'done'
    and c.state <> 'deleted_by_author' and (c.edited_at is null or c.edited_at <= d.created_at)
    and not exists (select from mod_action a where a.kind = d.kind and a.target = d.target and a.decision = d.id
                    and a.action = 'proposal.approved' and a.at > now() - interval '{MIN_AGE}')
    and not exists (select from second_look sl where sl.decision = d.id)
    and {MAY_REVIEW_WITHOUT_PART}
    and not exists (select from decision other where other.item = d.item and other.moderator = $1)
    and not exists (select from appeal a where a.decision = d.id and a.assigned_to = $1)
    and not exists (select from report r join guideline g on g.code = r.guideline
                    where r.item = d.item and g.severity >= {SENSITIVE})
"""  # noqa: S608 constants only
SELECT_NEXT = f"""
select d.id as decision, c.id as comment, (select title from thread t where t.id = c.thread) as thread_title
{FROM_SAMPLE} order by d.id limit 1
"""  # noqa: S608 constants only
SELECT_REPORTS = f"""
select g.title as guideline_title, r.text from decision d join report r on {HAS_ANSWERED}
join guideline g on g.code = r.guideline where d.id = $1 order by r.weight * g.severity desc, r.id limit 100
"""  # noqa: S608 constants only
SELECT_COMPARISON = f"""
select d.id as decision, sl.judgement, d.action, m.name as moderator_name, g.title as guideline_title,
       d.reason
from second_look sl join decision d on d.id = sl.decision join member m on m.id = d.moderator
left join guideline g on g.code = d.guideline where sl.decision = $1 and sl.moderator = $2
  and {rooms.moderates(rooms.THREAD_OF_DECISION, "$2")}
"""  # noqa: S608 constants only


async def count_waiting(viewer: Viewer) -> int:
    """The number of decisions that wait for a second look by this moderator."""
    count: int = await db.value(
        f"select count(*) {FROM_SAMPLE}", viewer.id, viewer.access >= ADMIN, SAMPLED_OF_256, None
    )
    return count


class ReportWithoutOutcome(msgspec.Struct, frozen=True):
    """A report as it was before the decision: the title of its guideline, and its words."""

    guideline_title: str
    text: str


class SecondLookCase(msgspec.Struct, frozen=True):
    """A comment as it was before the decision, without the decision."""

    decision: int
    thread_title: str
    words: CommentWords
    parent: CommentWords | None
    reports: list[ReportWithoutOutcome]
    hits: list[HitRow]


class SampledDecision(msgspec.Struct, frozen=True):
    decision: int
    comment: int
    thread_title: str


async def decision_to_judge(viewer: Viewer, decision: int | None = None) -> SampledDecision | None:
    """The next decision that this moderator may judge; or `decision`, if they may judge it."""
    return await db.fetch_one(SampledDecision, SELECT_NEXT, viewer.id, viewer.access >= ADMIN, SAMPLED_OF_256, decision)


async def next_case(viewer: Viewer) -> SecondLookCase | None:
    """The case of the next decision; None where there is none."""
    row = await decision_to_judge(viewer)
    words = await items.words(row.comment) if row else None
    if row is None or words is None:
        return None
    return SecondLookCase(
        decision=row.decision,
        thread_title=row.thread_title,
        # Its state would reveal the decision.
        words=msgspec.structs.replace(words, state="visible", collapsed=None),
        parent=await items.words(words.parent) if words.parent else None,
        reports=await db.fetch(ReportWithoutOutcome, SELECT_REPORTS, row.decision),
        hits=await items.hits(row.comment),
    )


class Comparison(msgspec.Struct, frozen=True):
    """A second look compared with the decision."""

    decision: int
    judgement: str
    action: str
    moderator_name: str
    guideline_title: str | None
    reason: str

    @property
    def same_finding(self) -> bool:
        """Whether both found that the comment breaks a guideline, or both that it does not."""
        return (self.judgement == "approve") == (self.action == "approve")


async def comparison(viewer: Viewer, decision: int) -> Comparison | None:
    """A second look of this moderator, compared with the decision."""
    return await db.fetch_one(Comparison, SELECT_COMPARISON, decision, viewer.id)
