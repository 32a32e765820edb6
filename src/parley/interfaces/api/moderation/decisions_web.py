"""Decisions about me: reading the reasons, and appealing; and the public log of moderation."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.params import JSONBody
from msgspec import Meta

from parley.interfaces.api import fields
from parley.interfaces.api.answers import READING, answer, answer_member, answer_write, from_row, problems
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.paging import After, after_id, page_of
from parley.interfaces.api.scopes import COMMENT
from parley.interfaces.pages.decision import decision_at
from parley.moderation.appeals import ops as appeals
from parley.moderation.appeals.forms import AppealForm
from parley.moderation.decisions import queries as decisions
from parley.moderation.decisions.queries import StatementOfReasons
from parley.moderation.modlog import queries as modlog
from parley.people.accounts.viewer import signed_in
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.text.messages import N_


class OwnDecision(msgspec.Struct, frozen=True):
    """A decision about me or about something that I wrote."""

    id: fields.Id
    kind: fields.Kind
    action: fields.Action
    state: fields.State
    reason: fields.Reason
    title: fields.TitleOrNone
    until: fields.Until
    created_at: fields.CreatedAt
    appeal: fields.AppealState


class OwnDecisions(msgspec.Struct, frozen=True):
    items: fields.Items[OwnDecision]


class DecisionReasons(msgspec.Struct, frozen=True):
    """The statement of reasons of a decision, with the comment that it is about and the appeal."""

    id: fields.Id
    kind: fields.Kind
    action: fields.Action
    state: fields.State
    rule: fields.RuleTitle
    reason: fields.Reason
    law: Annotated[str | None, Meta(description="The law that it breaks; null: it is about none.")]
    was_reported: Annotated[bool, Meta(description="Whether somebody reported it.")]
    automated: fields.Automated
    thread: fields.ThreadOrNone
    comment: fields.CommentOrNone
    html: fields.Html
    quote: fields.QuoteOrNone
    until: fields.Until
    created_at: fields.CreatedAt
    appeal_until: Annotated[datetime, Meta(description="Until when an appeal is accepted.")]
    can_be_appealed: Annotated[bool, Meta(description="Whether I can appeal now.")]
    appeal: fields.AppealState
    appeal_answer: Annotated[str | None, Meta(description="How the appeal was answered, in words; null before.")]


class NewAppeal(Body, frozen=True):
    """What is wrong with the decision."""

    text: fields.Text


class LogEntry(msgspec.Struct, frozen=True):
    """Something that moderators or rules did, without names and texts."""

    id: fields.Id
    action: fields.Action
    kind: fields.Kind
    rule: fields.RuleTitle
    automated: fields.Automated
    thread: fields.ThreadOrNone
    title: fields.TitleOrNone
    at: Annotated[datetime, Meta(description="When it happened.")]


class LogPage(msgspec.Struct, frozen=True):
    items: fields.Items[LogEntry]
    next: fields.NextPage


@get("/decisions", name="api:decisions", responses=problems(403))
async def own_decisions(request: AnyRequest) -> Response[OwnDecisions]:
    """Decisions about me and about what I wrote, the newest first."""
    rows = await decisions.of_member(signed_in(request).id)
    return answer_member(request, OwnDecisions(msgspec.convert(rows, list[OwnDecision], from_attributes=True)))


@get("/decisions/{decision:str}", name="api:decision", responses=problems(403, 404))
async def one_decision(request: AnyRequest, decision: fields.DecisionPath) -> Response[DecisionReasons]:
    """The reasons of a decision, for the member concerned and for moderators."""
    viewer = signed_in(request)
    statement, concerned = await decision_at(request, decision, "")
    # Moderators read sensitive words on the page, which records who looked.
    is_concealed = not concerned and await decisions.is_concealed(viewer.id, statement)
    return answer_member(request, _reasons(statement, is_concealed=is_concealed))


def _reasons(statement: StatementOfReasons, *, is_concealed: bool = False) -> DecisionReasons:
    return from_row(
        DecisionReasons,
        statement,
        rule=statement.guideline,
        automated=statement.moderator is None and statement.rule is not None,
        html="" if is_concealed else statement.raw_html or "",
        quote=None if is_concealed else statement.quote,
        appeal_until=statement.appeal_until,
        can_be_appealed=statement.can_be_appealed,
    )


async def _own_statement(request: AnyRequest, decision: str) -> StatementOfReasons:
    statement, concerned = await decision_at(request, decision, "")
    if not concerned:
        raise NotFound(N_("Only the member concerned can appeal against a decision."))
    return statement


@post("/decisions/{decision:str}/appeal", name="api:appeal", responses=problems(403, 404, 422))
async def appeal(
    request: AnyRequest, decision: fields.DecisionPath, data: JSONBody[NewAppeal]
) -> Response[DecisionReasons]:
    """Appeal against a decision, once. A moderator who had no part in it decides, if there is one."""
    statement, form = await _own_statement(request, decision), AppealForm(as_fields(data))
    check(form)
    await appeals.file(decision=statement.id, text=form.appeal_text)
    return answer_write(_reasons(await _own_statement(request, decision)), 201)


@delete("/decisions/{decision:str}/appeal", name="api:withdraw-appeal", responses=problems(403, 404, 422))
async def withdraw_appeal(request: AnyRequest, decision: fields.DecisionPath) -> None:
    """Withdraw my appeal, while no moderator has taken it."""
    await appeals.withdraw((await _own_statement(request, decision)).id)


@get("/log", name="api:log", responses=problems(422))
async def public_log(request: AnyRequest, after: After = None) -> Response[LogPage]:
    """A page of the public log of moderation, the newest entries first."""
    position = after_id(after)

    async def make() -> LogPage:
        rows, following = page_of(request, await modlog.public_entries(position), modlog.PAGE)
        return LogPage([from_row(LogEntry, row, rule=row.guideline) for row in rows], following)

    return await answer(request, make)


handlers = [
    # Silenced members can still read and appeal.
    Router(
        "/",
        route_handlers=[own_decisions, one_decision, appeal, withdraw_appeal],
        opt={"who": MEMBER, "scope": COMMENT},
    ),
    Router("/", route_handlers=[public_log], opt=READING),
]
