"""Appeals, and proposals (decisions that need a second approval), that a moderator may review."""

from datetime import datetime

import msgspec

from parley.discussion.threads import rooms
from parley.moderation.decisions.rows import ITEMS_OF_DECISION
from parley.moderation.decisions.rules import OVERDUE_DAYS
from parley.people.accounts.viewer import Viewer
from parley.people.community.wordings import FORMER_WORDING, RULE_TITLE
from parley.platform import db
from parley.platform.http.access import ADMIN

MOST_LISTED = 200


def _may_review_without_part(who: str, is_admin: str) -> str:
    """SQL condition: this moderator may review the decision, and neither made it nor reported its target."""
    return f"""
    d.moderator is distinct from {who} and d.second_moderator is distinct from {who}
    and not exists (select from report r where r.item in ({ITEMS_OF_DECISION}) and r.reporter = {who})
    and {_may_decide(who, is_admin)}
    """


def _may_decide(who: str, is_admin: str) -> str:
    """SQL condition on a decision `d` and the member concerned `m`: it is not about this moderator.

    Sanctions and profiles of staff, and roles, need an admin.
    """
    return f"""d.member is distinct from {who} and {rooms.moderates(rooms.THREAD_OF_DECISION, who)}
    and ({is_admin} or d.action <> 'role' and coalesce(m.role = 'member' or d.kind <> 'member', true))"""


# $1 the moderator, $2 whether they are an admin.
MAY_REVIEW_WITHOUT_PART = _may_review_without_part("$1", "$2")
# If nobody else can review an appeal, a moderator who had a part in the decision may: otherwise it would wait forever.
# Article 20(6) of the Digital Services Act asks for qualified staff, not for other staff.
HAS_REVIEWER = f"""exists (
    select from member s
    where (s.role in ('moderator', 'admin') or exists (select from room_moderator r where r.member = s.id))
    and s.state = 'active'
    and {_may_review_without_part("s.id", "s.role = 'admin'")})"""  # noqa: S608 constants only
MAY_REVIEW = f"({MAY_REVIEW_WITHOUT_PART} or {_may_decide('$1', '$2')} and not {HAS_REVIEWER})"
IS_OPEN_APPEAL = "a.state in ('filed', 'assigned')"
BLOCKED = f"case when not ({_may_decide('$1', '$2')}) then 'admin' else 'part' end"
SELECT_WAITING = f"""
select 'appeal' as kind, a.id, d.id as decision, d.action, d.role, m.name as member_name, a.text,
       a.created_at as since, a.created_at < now() - interval '{OVERDUE_DAYS} days' as overdue,
       assignee.name as assigned_to, coalesce(a.assigned_to = $1, false) as is_assigned_to_viewer
from appeal a join decision d on d.id = a.decision left join member m on m.id = d.member
left join member assignee on assignee.id = a.assigned_to
where {IS_OPEN_APPEAL} and {MAY_REVIEW}
union all
select 'proposal', d.id, d.id, d.action, d.role, m.name, d.reason, d.created_at,
       d.created_at < now() - interval '{OVERDUE_DAYS} days', null, false
from decision d left join member m on m.id = d.member where d.state = 'awaiting' and {MAY_REVIEW_WITHOUT_PART}
order by since, kind, id limit {MOST_LISTED}
"""  # noqa: S608 constants only
# For the queue. What concerns the viewer is left out (columns: modqueue/kinds.py).
WAITING_APPEALS = f"""
    select a.id, {rooms.THREAD_OF_DECISION} as thread, m.name as who, a.created_at as since,
           case when not {MAY_REVIEW} then {BLOCKED} end as blocked,
           case when a.assigned_to <> $1 then s.name end as holder, d.action, a.text as words
    from appeal a join decision d on d.id = a.decision left join member m on m.id = d.member
    left join member s on s.id = a.assigned_to
    where {IS_OPEN_APPEAL} and d.member is distinct from $1 and a.member <> $1
"""  # noqa: S608 constants only
WAITING_PROPOSALS = f"""
    select d.id, {rooms.THREAD_OF_DECISION} as thread, m.name as who, d.created_at as since,
           case when not ({MAY_REVIEW_WITHOUT_PART}) then {BLOCKED} end as blocked, null as holder, d.action,
           d.reason as words
    from decision d left join member m on m.id = d.member
    where d.state = 'awaiting' and d.member is distinct from $1
"""  # noqa: S608 constants only
SELECT_APPEAL = f"""
select a.id, d.id as decision, d.kind as target_kind, d.action, d.until, a.member, m.name as member_name, a.text,
       a.state, a.answer, a.created_at, a.decided_at, a.created_at < now() - interval '{OVERDUE_DAYS} days' as overdue,
       assignee.name as assigned_to, coalesce(a.assigned_to = $1, false) as is_assigned_to_viewer,
       d.state = 'in_force' as decision_in_force, not ({MAY_REVIEW_WITHOUT_PART}) as is_last_resort
from appeal a join decision d on d.id = a.decision join member m on m.id = a.member
left join member assignee on assignee.id = a.assigned_to
where a.id = $3 and {MAY_REVIEW}
"""  # noqa: S608 constants only
SELECT_HAS_REVIEWER = f"""
select {HAS_REVIEWER} from decision d left join member m on m.id = d.member where d.id = $1
"""  # noqa: S608 constants only
SELECT_PROPOSAL = f"""
select d.id, d.action, d.role, d.reason, {RULE_TITLE} as guideline_title, d.state, d.member, m.name as member_name,
       m.role as current_role, proposer.name as moderator_name, d.created_at
from decision d left join member m on m.id = d.member left join guideline g on g.code = d.guideline
{FORMER_WORDING} left join member proposer on proposer.id = d.moderator
where d.id = $3 and (d.state = 'awaiting' or d.second_moderator is not null or d.state = 'rejected')
  and {MAY_REVIEW_WITHOUT_PART}
"""  # noqa: S608 constants only
SELECT_PROPOSED = f"""
select d.id, d.action, d.created_at, m.name as member_name, left(d.reason, 200) as reason
from decision d left join member m on m.id = d.member
where d.moderator = $3 and d.state = 'awaiting' and {MAY_REVIEW_WITHOUT_PART} order by d.id limit $4
"""  # noqa: S608 constants only


class WaitingRow(msgspec.Struct, frozen=True):
    """An appeal, or a proposal. For a proposal, `id` and `decision` are equal."""

    kind: str
    id: int
    decision: int
    action: str
    role: str | None
    member_name: str | None
    text: str
    since: datetime
    overdue: bool
    assigned_to: str | None
    is_assigned_to_viewer: bool


async def waiting(viewer: Viewer) -> list[WaitingRow]:
    """The appeals and proposals that this moderator may review, the oldest first."""
    return await db.fetch(WaitingRow, SELECT_WAITING, viewer.id, viewer.access >= ADMIN)


class AppealRow(msgspec.Struct, frozen=True):
    id: int
    decision: int
    target_kind: str
    action: str
    until: datetime | None
    member: int
    member_name: str
    text: str
    state: str
    answer: str
    created_at: datetime
    decided_at: datetime | None
    overdue: bool
    assigned_to: str | None
    is_assigned_to_viewer: bool
    decision_in_force: bool
    # The viewer had a part in the decision, and nobody else can review it.
    is_last_resort: bool

    @property
    def is_open(self) -> bool:
        return self.state in {"filed", "assigned"}


async def appeal_for(viewer: Viewer, appeal: int) -> AppealRow | None:
    """An appeal, or None if there is none that the viewer may review."""
    return await db.fetch_one(AppealRow, SELECT_APPEAL, viewer.id, viewer.access >= ADMIN, appeal)


async def has_reviewer(decision: int) -> bool:
    """Whether any moderator may review the decision and had no part in it."""
    return bool(await db.value(SELECT_HAS_REVIEWER, decision))


class Proposal(msgspec.Struct, frozen=True):
    """A decision that needs a second approval, or has been approved or rejected."""

    id: int
    action: str
    role: str | None
    reason: str
    guideline_title: str | None
    state: str
    member: int | None
    member_name: str | None
    current_role: str | None
    moderator_name: str | None
    created_at: datetime


class ProposedRow(msgspec.Struct, frozen=True):
    """A decision of one moderator that waits for a second."""

    id: int
    action: str
    created_at: datetime
    member_name: str | None
    reason: str


async def proposed_by(viewer: Viewer, moderator: int, most: int) -> list[ProposedRow]:
    """The oldest proposals of a moderator that the viewer may review."""
    return await db.fetch(ProposedRow, SELECT_PROPOSED, viewer.id, viewer.access >= ADMIN, moderator, most)


async def proposal_for(viewer: Viewer, decision: int) -> Proposal | None:
    """A proposal, or None if there is none that the viewer may review."""
    return await db.fetch_one(Proposal, SELECT_PROPOSAL, viewer.id, viewer.access >= ADMIN, decision)
