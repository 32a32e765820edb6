"""Appeals, and proposals that need a second approval, for moderators without a part in the decision."""

from datetime import datetime

import msgspec

from parley.community.wordings import FORMER_WORDING, RULE_TITLE
from parley.core import db
from parley.core.http.access import ADMIN, Viewer
from parley.decisions.rules import OVERDUE_DAYS

MOST_LISTED = 200


class WaitingRow(msgspec.Struct, frozen=True):
    """An appeal (kind `appeal`) or a proposal (kind `second`); `id` is that of the appeal or of the decision."""

    kind: str
    id: int
    decision: int
    action: str
    role: str | None
    member: str | None
    text: str
    since: datetime
    overdue: bool
    assigned_to: str | None
    mine: bool


def _no_part(who: str, is_admin: str) -> str:
    """Whether somebody neither made a decision, nor is concerned by it, nor reported what it is about.

    Only admins may review decisions about staff and roles.
    """
    return f"""
    d.moderator is distinct from {who} and d.second is distinct from {who}
    and not exists (select from report o where o.item = d.item and o.reporter = {who}) and {_may(who, is_admin)}
    """


def _may(who: str, is_admin: str) -> str:
    return f"""d.member is distinct from {who}
    and ({is_admin} or d.action <> 'role' and coalesce(m.role = 'member' or d.kind <> 'member', true))"""


# $1 the moderator, $2 whether they are an admin.
NO_PART = _no_part("$1", "$2")
# If nobody else can review an appeal, a moderator who had a part in the decision may: otherwise it would wait for ever.
# Article 20(6) of the DSA asks for qualified staff, not for other staff.
HAS_REVIEWER = f"""exists (
    select from member s
    where s.role in ('moderator', 'admin') and s.state = 'active' and {_no_part("s.id", "s.role = 'admin'")})"""
MAY_REVIEW = f"({NO_PART} or {_may('$1', '$2')} and not {HAS_REVIEWER})"
APPEAL = "a.state in ('filed', 'assigned')"
LIST = f"""
select 'appeal' as kind, a.id, d.id as decision, d.action, d.role, m.name as member, a.text,
       a.created_at as since, a.created_at < now() - interval '{OVERDUE_DAYS} days' as overdue,
       h.name as assigned_to, coalesce(a.assigned_to = $1, false) as mine
from appeal a join decision d on d.id = a.decision left join member m on m.id = d.member
left join member h on h.id = a.assigned_to
where {APPEAL} and {MAY_REVIEW}
union all
select 'second', d.id, d.id, d.action, d.role, m.name, d.reason, d.created_at,
       d.created_at < now() - interval '{OVERDUE_DAYS} days', null, false
from decision d left join member m on m.id = d.member where d.state = 'awaiting' and {NO_PART}
order by since, kind, id limit {MOST_LISTED}
"""  # noqa: S608 constants only


async def waiting(viewer: Viewer) -> list[WaitingRow]:
    """The appeals and proposals that this moderator can decide, oldest first."""
    return await db.fetch(WaitingRow, LIST, viewer.id, viewer.access >= ADMIN)


class AppealCounts(msgspec.Struct, frozen=True):
    """How many appeals and proposals a moderator can decide, and how many only others can."""

    here: int
    elsewhere: int


COUNTS = f"""
with one as (
    select {MAY_REVIEW} as here from appeal a join decision d on d.id = a.decision left join member m on m.id = d.member
    where {APPEAL}
    union all
    select {NO_PART} from decision d left join member m on m.id = d.member where d.state = 'awaiting'
) select count(*) filter (where here) as here, count(*) filter (where not here) as elsewhere from one
"""  # noqa: S608 constants only


async def counts(viewer: Viewer) -> AppealCounts:
    found = await db.fetch_one(AppealCounts, COUNTS, viewer.id, viewer.access >= ADMIN)
    return found or AppealCounts(0, 0)


class AppealRow(msgspec.Struct, frozen=True):
    """An appeal with its decision."""

    id: int
    decision: int
    kind: str
    action: str
    until: datetime | None
    member: int
    name: str
    text: str
    state: str
    answer: str
    created_at: datetime
    decided_at: datetime | None
    overdue: bool
    assigned_to: str | None
    mine: bool
    in_force: bool
    # Whether the viewer had a part in the decision, and nobody else can review it.
    had_part: bool

    @property
    def open(self) -> bool:
        return self.state in {"filed", "assigned"}


DECISION = "from decision d left join member m on m.id = d.member where d.id = $1"
ONE = f"""
select a.id, d.id as decision, d.kind, d.action, d.until, a.member, m.name, a.text, a.state, a.answer, a.created_at,
       a.decided_at, a.created_at < now() - interval '{OVERDUE_DAYS} days' as overdue, h.name as assigned_to,
       coalesce(a.assigned_to = $1, false) as mine, d.state = 'in_force' as in_force, not ({NO_PART}) as had_part
from appeal a join decision d on d.id = a.decision join member m on m.id = a.member
left join member h on h.id = a.assigned_to
where a.id = $3 and {MAY_REVIEW}
"""  # noqa: S608 constants only


async def one(viewer: Viewer, appeal: int) -> AppealRow | None:
    """An appeal; None where the viewer had a part in the decision and somebody else can review it."""
    return await db.fetch_one(AppealRow, ONE, viewer.id, viewer.access >= ADMIN, appeal)


async def has_reviewer(decision: int) -> bool:
    """Whether there is a moderator who had no part in a decision."""
    return bool(await db.value(f"select {HAS_REVIEWER} {DECISION}", decision))


class Proposal(msgspec.Struct, frozen=True):
    """A decision that needs a second approval."""

    id: int
    action: str
    role: str | None
    reason: str
    guideline: str | None
    state: str
    member: int | None
    name: str | None
    current_role: str | None
    moderator: str | None
    created_at: datetime


PROPOSAL = f"""
select d.id, d.action, d.role, d.reason, {RULE_TITLE} as guideline, d.state, d.member, m.name, m.role as current_role,
       o.name as moderator, d.created_at
from decision d left join member m on m.id = d.member left join guideline g on g.code = d.guideline
{FORMER_WORDING} left join member o on o.id = d.moderator
where d.id = $3 and (d.state = 'awaiting' or d.second is not null or d.state = 'refused') and {NO_PART}
"""  # noqa: S608 constants only


async def proposal(viewer: Viewer, decision: int) -> Proposal | None:
    """A proposal; None where the viewer had a part in it."""
    return await db.fetch_one(Proposal, PROPOSAL, viewer.id, viewer.access >= ADMIN, decision)
