"""Decisions about me: reading the reasons, and appealing; and the public log of moderation."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody

from parley.interfaces.api.answers import READING, answer, answer_write, problems
from parley.interfaces.api.bodies import as_fields, check
from parley.interfaces.api.paging import After, after_id, next_page
from parley.interfaces.api.scopes import COMMENT
from parley.interfaces.pages.decision import decision_at
from parley.moderation.appeals import ops as appeals
from parley.moderation.appeals.forms import AppealForm
from parley.moderation.decisions import queries as decisions
from parley.moderation.decisions.queries import OwnDecision, StatementOfReasons
from parley.moderation.modlog import queries as modlog
from parley.moderation.modlog.queries import PublicRow
from parley.platform.errors import NotFound
from parley.platform.http.access import MEMBER, AnyRequest, signed_in
from parley.platform.text.messages import N_

# Whoever is silenced can still read and appeal.
CONCERNED = {"who": MEMBER, "scope": COMMENT, "any_body": True}
NOT_MINE = N_("Only the member concerned can appeal against a decision.")


class OwnDecisions(msgspec.Struct, frozen=True):
    items: list[OwnDecision]


class DecisionReasons(msgspec.Struct, frozen=True):
    """The statement of reasons of a decision, with the comment that it is about and the appeal."""

    id: int
    kind: str
    action: str
    state: str
    rule: str | None
    reason: str
    was_reported: bool
    automated: bool
    thread: int | None
    comment: int | None
    html: str
    quote: str | None
    until: datetime | None
    created_at: datetime
    appeal_until: datetime
    can_be_appealed: bool
    appeal: str | None
    appeal_answer: str | None


class NewAppeal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is wrong with the decision."""

    text: str


class LogEntry(msgspec.Struct, frozen=True):
    """Something that moderators or rules did, without names and texts."""

    id: int
    action: str
    kind: str
    rule: str | None
    automated: bool
    thread: int | None
    title: str | None
    at: datetime


class LogPage(msgspec.Struct, frozen=True):
    items: list[LogEntry]
    next: str | None


@get("/decisions", name="api:decisions", opt=CONCERNED, responses=problems(403))
async def own_decisions(request: AnyRequest) -> Response[OwnDecisions]:
    """Decisions about me and about what I wrote, the newest first."""
    viewer = signed_in(request)

    async def make() -> OwnDecisions:
        return OwnDecisions(await decisions.of_member(viewer.id))

    return await answer(request, make)


@get("/decisions/{decision:str}", name="api:decision", opt=CONCERNED, responses=problems(403, 404))
async def one_decision(request: AnyRequest, decision: FromPath[str]) -> Response[DecisionReasons]:
    """The reasons of a decision, for the member concerned and for moderators."""
    viewer = signed_in(request)

    async def make() -> DecisionReasons:
        statement, concerned = await decision_at(request, decision, "")
        # Moderators read sensitive words on the page, which records who looked.
        is_concealed = not concerned and await decisions.is_concealed(viewer.id, statement)
        return _reasons(statement, is_concealed=is_concealed)

    return await answer(request, make)


def _reasons(statement: StatementOfReasons, *, is_concealed: bool) -> DecisionReasons:
    return DecisionReasons(
        id=statement.id,
        kind=statement.kind,
        action=statement.action,
        state=statement.state,
        rule=statement.guideline,
        reason=statement.reason,
        was_reported=statement.was_reported,
        automated=statement.moderator is None and statement.rule is not None,
        thread=statement.thread,
        comment=statement.comment,
        html="" if is_concealed else statement.raw_html or "",
        quote=None if is_concealed else statement.quote,
        until=statement.until,
        created_at=statement.created_at,
        appeal_until=statement.appeal_until,
        can_be_appealed=statement.can_be_appealed,
        appeal=statement.appeal,
        appeal_answer=statement.appeal_answer,
    )


async def _own_statement(request: AnyRequest, decision: str) -> StatementOfReasons:
    statement, concerned = await decision_at(request, decision, "")
    if not concerned:
        raise NotFound(NOT_MINE)
    return statement


@post("/decisions/{decision:str}/appeal", name="api:appeal", opt=CONCERNED, responses=problems(403, 404, 422))
async def appeal(request: AnyRequest, decision: FromPath[str], data: JSONBody[NewAppeal]) -> Response[DecisionReasons]:
    """Appeal against a decision, once. A moderator who had no part in it decides, if there is one."""
    statement, form = await _own_statement(request, decision), AppealForm(as_fields(data))
    check(form)
    await appeals.file(decision=statement.id, text=form.appeal_text)
    return answer_write(_reasons(await _own_statement(request, decision), is_concealed=False), 201)


@delete(
    "/decisions/{decision:str}/appeal", name="api:withdraw-appeal", opt=CONCERNED, responses=problems(403, 404, 422)
)
async def withdraw_appeal(request: AnyRequest, decision: FromPath[str]) -> None:
    """Withdraw my appeal, while no moderator has taken it."""
    await appeals.withdraw((await _own_statement(request, decision)).id)


@get("/log", name="api:log", opt=READING, responses=problems(422))
async def public_log(request: AnyRequest, after: After = None) -> Response[LogPage]:
    """A page of the public log of moderation, the newest entries first."""
    position = after_id(after)

    async def make() -> LogPage:
        rows = await modlog.public_entries(position)
        following = next_page(request, rows[modlog.PAGE - 1].id) if len(rows) > modlog.PAGE else None
        return LogPage([_entry(row) for row in rows[: modlog.PAGE]], following)

    return await answer(request, make)


def _entry(row: PublicRow) -> LogEntry:
    return LogEntry(row.id, row.action, row.kind, row.guideline, row.automated, row.thread, row.title, row.at)


handlers: list[Any] = [own_decisions, one_decision, appeal, withdraw_appeal, public_log]
