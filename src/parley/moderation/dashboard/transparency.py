"""Statements of reasons with the fields of the DSA Transparency Database (Digital Services Act, article 24(5))."""

import re
from datetime import date, datetime

import msgspec

from parley.moderation.decisions.queries import RESTRICTIONS
from parley.moderation.decisions.rows import WAS_REPORTED
from parley.moderation.guidelines.rules import PREFIX
from parley.platform import db
from parley.platform.settings import settings
from parley.platform.text.messages import N_, as_text

# What a decision restricts, by its action: a field of the database and its value. Others are described in words.
REMOVING = ("remove", "text", "passage", "title", "bio", "name", "statement")
SILENCES = ("silence", "silence_topic")
RESTRICTED = {
    **dict.fromkeys(REMOVING, ("decision_visibility", "DECISION_VISIBILITY_CONTENT_REMOVED")),
    "collapse": ("decision_visibility", "DECISION_VISIBILITY_CONTENT_DEMOTED"),
    **dict.fromkeys(SILENCES, ("decision_provision", "DECISION_PROVISION_PARTIAL_SUSPENSION")),
}
OTHER = {"excerpt": N_("Only an excerpt of the content is shown."), "warn": N_("A warning.")}
# The database wants a category for every statement of reasons: one for legal content, one for illegal content.
UNNAMED = ("OTHER_VIOLATION_TC", "NOT_SPECIFIED_NOTICE")
# The database refuses all other characters in the identifier of a statement of reasons.
NOT_IN_PUID = re.compile(r"[^A-Za-z0-9_-]")
SELECT_DECIDED = f"""
select d.id, d.action, g.title as ground, g.illegal, g.category, d.reason, d.law, d.until,
       c.created_at as written_at, d.created_at,
       d.moderator is null as automated, coalesce(r.noticed, false) as noticed, r.noticed is not null as reported,
       d.kind = 'comment' and exists (
           select from hit h where h.comment = d.target and h.acted and h.created_at <= d.created_at) as detected
from decision d join guideline g on g.code = d.guideline
left join comment c on d.kind = 'comment' and c.id = d.target
left join lateral (
    select bool_or(n.illegal) as noticed from report r join guideline n on n.code = r.guideline
    where {WAS_REPORTED} having count(*) > 0) r on true
where d.action = any($3::text[]) and d.state not in ('awaiting', 'undone', 'rejected')
  and d.created_at >= $1::date::timestamptz and d.created_at < $2::date::timestamptz
order by d.id
"""  # noqa: S608 constants only


class TransparencyRow(msgspec.Struct, frozen=True):
    """One statement of reasons. The fields have the names of the database's; empty ones do not apply."""

    puid: str
    decision_visibility: str
    decision_visibility_other: str
    end_date_visibility_restriction: str
    decision_provision: str
    end_date_service_restriction: str
    decision_account: str
    end_date_account_restriction: str
    decision_ground: str
    illegal_content_legal_ground: str
    illegal_content_explanation: str
    incompatible_content_ground: str
    incompatible_content_explanation: str
    incompatible_content_illegal: str
    category: str
    content_type: str
    content_date: str
    application_date: str
    decision_facts: str
    source_type: str
    automated_detection: str
    automated_decision: str


class ReasonedDecision(msgspec.Struct, frozen=True):
    """A decision in force or over, with what its statement of reasons says and how it came about."""

    id: int
    action: str
    ground: str
    illegal: bool
    category: str
    reason: str
    law: str | None
    until: datetime | None
    written_at: datetime | None
    created_at: datetime
    automated: bool
    # Reported as illegal; reported at all; matched by a rule.
    noticed: bool
    reported: bool
    detected: bool


async def statements_of_reasons(first: date, end: date) -> list[TransparencyRow]:
    """The statements of reasons from the day `first` to the day before `end`."""
    return [_row(row) for row in await db.fetch(ReasonedDecision, SELECT_DECIDED, first, end, RESTRICTIONS)]


def _row(decision: ReasonedDecision) -> TransparencyRow:
    fields = dict.fromkeys(TransparencyRow.__struct_fields__, "") | _restriction(decision) | _ground(decision)
    return TransparencyRow(
        **fields
        | {
            "puid": f"{NOT_IN_PUID.sub('-', settings().base_url.partition('://')[2])}-{decision.id}",
            "category": PREFIX + (decision.category or UNNAMED[decision.illegal]),
            "content_type": "CONTENT_TYPE_TEXT",
            "content_date": _day(decision.written_at or decision.created_at),
            "application_date": _day(decision.created_at),
            "decision_facts": decision.reason,
            "source_type": _source(decision),
            "automated_detection": "Yes" if decision.detected else "No",
            "automated_decision": "AUTOMATED_DECISION_FULLY"
            if decision.automated
            else "AUTOMATED_DECISION_NOT_AUTOMATED",
        }
    )


def _restriction(decision: ReasonedDecision) -> dict[str, str]:
    ends = _day(decision.until) if decision.until else ""
    if decision.action == "suspend":
        account = "DECISION_ACCOUNT_SUSPENDED" if decision.until else "DECISION_ACCOUNT_TERMINATED"
        return {"decision_account": account, "end_date_account_restriction": ends}
    if decision.action in SILENCES:
        field, value = RESTRICTED[decision.action]
        return {field: value, "end_date_service_restriction": ends}
    field, value = RESTRICTED.get(decision.action, ("decision_visibility", "DECISION_VISIBILITY_OTHER"))
    return {
        field: value,
        "decision_visibility_other": as_text(OTHER[decision.action]) if decision.action in OTHER else "",
    }


def _ground(decision: ReasonedDecision) -> dict[str, str]:
    if decision.illegal:
        return {
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "illegal_content_legal_ground": decision.law or decision.ground,
            "illegal_content_explanation": decision.reason,
        }
    return {
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": decision.ground,
        "incompatible_content_explanation": decision.reason,
        "incompatible_content_illegal": "No",
    }


def _source(decision: ReasonedDecision) -> str:
    if decision.noticed:
        return "SOURCE_ARTICLE_16"
    return "SOURCE_TYPE_OTHER_NOTIFICATION" if decision.reported else "SOURCE_VOLUNTARY"


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
