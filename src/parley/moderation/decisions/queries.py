"""The statement of reasons of a decision, and the decisions that a member can read."""

from datetime import UTC, datetime, timedelta

import msgspec
from markupsafe import Markup

from parley.discussion.comments.queries import MAY_BE_QUOTED
from parley.moderation.decisions.rows import ITEMS_OF_DECISION, WAS_REPORTED
from parley.moderation.decisions.rules import ACTIONS, APPEAL_DAYS, act
from parley.moderation.decisions.tables import Decision
from parley.people.community.queries import SENSITIVE
from parley.people.community.wordings import FORMER_WORDING, RULE_TEXT, RULE_TITLE
from parley.platform import db

SELECT_REASONS = f"""
select d.id, d.kind, d.action, d.state, d.member, d.moderator, d.rule, {RULE_TITLE} as guideline,
       {RULE_TEXT} as guideline_text, d.reason, d.law,
       exists (select from report r where {WAS_REPORTED}) as was_reported,
       d.until, d.created_at, d.ended_at, d.thread, t.title, c.id as comment,
       case when c.id is not null then coalesce(d.before ->> 'statement', c.statement) end as said,
       case when d.kind = 'member' then coalesce(d.before ->> 'bio', d.before ->> 'title', d.before ->> 'name')
       end as removed,
       c.html as raw_html, case when {MAY_BE_QUOTED} then c.quote end as quote,
       c.created_at as written_at, a.state as appeal, a.text as appeal_text, a.answer as appeal_answer,
       a.created_at as appealed_at
from decision d left join guideline g on g.code = d.guideline {FORMER_WORDING}
left join comment c on c.author = d.member and c.id = case when d.kind = 'comment' then d.target else (
    select i.target from queue_item i where i.kind = 'comment' and i.id in ({ITEMS_OF_DECISION})) end
left join thread t on t.id = coalesce(d.thread, c.thread) left join appeal a on a.decision = d.id
where d.id = $1
"""  # noqa: S608 constants only
IS_HIDDEN = f"""
select exists (
    select from decision d where d.id = $1 and (
        exists (select from guideline g where g.code = d.guideline and g.severity >= {SENSITIVE})
        or exists (select from report o join guideline g on g.code = o.guideline join queue_item i on i.id = o.item
                   where i.kind = 'comment' and i.target = $2 and g.severity >= {SENSITIVE})))
  and not exists (
    select from mod_action o where o.kind = 'comment' and o.target = $2 and o.action = 'reveal' and o.actor = $3)
"""  # noqa: S608 constants only
# Decisions in these states were never sent to the member concerned.
UNSENT = ("awaiting", "undone", "rejected")
IS_SENT = f"d.state not in {UNSENT} and d.action = any($2::text[])"
SELECT_OF_MEMBER = f"""
select d.id, d.kind, d.action, d.state, d.reason, t.title, d.until, d.created_at, a.state as appeal
from decision d left join thread t on t.id = d.thread left join appeal a on a.decision = d.id
where d.member = $1 and {IS_SENT} order by d.id desc limit 100
"""  # noqa: S608 constants only
SELECT_OF_COMMENT = f"""
select id from decision d where d.member = $1 and {IS_SENT} and d.kind = 'comment' and d.target = $3
order by d.id desc limit 1
"""  # noqa: S608 constants only
RESTRICTIONS = [action.name for action in ACTIONS.values() if action.restricts]
# What the member concerned can read at the address of the decision.
FOR_MEMBER = [*RESTRICTIONS, "message"]


class StatementOfReasons(msgspec.Struct, frozen=True):
    """A decision with its reasons, the comment it is about, and the appeal against it."""

    id: int
    kind: str
    action: str
    state: str
    member: int | None
    moderator: int | None
    rule: int | None
    guideline: str | None
    guideline_text: str | None
    reason: str
    law: str | None
    was_reported: bool
    until: datetime | None
    created_at: datetime
    ended_at: datetime | None
    thread: int | None
    title: str | None
    comment: int | None
    # The comment's statement, or the one that was removed.
    said: str | None
    # What was removed from the member's profile.
    removed: str | None
    raw_html: str | None
    quote: str | None
    written_at: datetime | None
    appeal: str | None
    appeal_text: str | None
    appeal_answer: str | None
    appealed_at: datetime | None

    @property
    def act(self) -> str:
        """The key of what the decision is called."""
        return act(self.kind, self.action)

    @property
    def html(self) -> Markup:
        """The comment, rendered and made safe by platform/text/markdown.py."""
        return Markup(self.raw_html or "")  # noqa: S704 see the docstring

    @property
    def appeal_until(self) -> datetime:
        return self.created_at + timedelta(days=APPEAL_DAYS)

    @property
    def can_be_appealed(self) -> bool:
        """Whether an appeal is possible now: once, within half a year, while the decision is in force."""
        is_open = self.state == "in_force" and self.action in RESTRICTIONS and self.appeal is None
        return is_open and datetime.now(UTC) < self.appeal_until


class OwnDecisionRow(msgspec.Struct, frozen=True):
    """A decision about the member who reads it or about something of theirs. `appeal` is the state of their appeal."""

    id: int
    # `comment`, `member` or `article`.
    kind: str
    action: str
    state: str
    reason: str
    title: str | None
    until: datetime | None
    created_at: datetime
    appeal: str | None

    @property
    def act(self) -> str:
        """The key of what the decision is called."""
        return act(self.kind, self.action)


async def is_concealed(viewer: int, shown: StatementOfReasons) -> bool:
    """Whether the comment is sensitive and this moderator has not chosen to read it."""
    return bool(shown.comment and await db.value(IS_HIDDEN, shown.id, shown.comment, viewer))


async def reasons(decision: int) -> StatementOfReasons | None:
    return await db.fetch_one(StatementOfReasons, SELECT_REASONS, decision)


async def suspension(member: int) -> int | None:
    """The id of the decision by which a member is suspended."""
    in_force = (Decision.member == member) & (Decision.action == "suspend") & (Decision.state == "in_force")
    suspensions = Decision.select(Decision.id).where(in_force, Decision.until.is_null() | (Decision.until > db.NOW))
    # Descending, a permanent one without an end comes first.
    number: int | None = await db.value(suspensions.order_by(Decision.until, Decision.id, ascending=False).limit(1))
    return number


async def of_member(member: int) -> list[OwnDecisionRow]:
    """The decisions that were sent to a member, newest first."""
    return await db.fetch(OwnDecisionRow, SELECT_OF_MEMBER, member, FOR_MEMBER)


async def about_comment(member: int, comment: int) -> int | None:
    """The id of the last decision about a comment that was sent to its author."""
    number: int | None = await db.value(SELECT_OF_COMMENT, member, RESTRICTIONS, comment)
    return number
