"""Moderating where one sees it: comments, articles, members, threads and statements, without a report."""

from typing import Any, Literal

import msgspec
from litestar import Response, post
from litestar.params import FromPath, JSONBody

from parley.discussion.commenting.web import comment_at, thread_at
from parley.interfaces.api.answers import answer_write, problems
from parley.interfaces.api.bodies import as_fields, check
from parley.interfaces.api.moderation_web import MODERATING, Decision
from parley.moderation.decisions import thread_actions
from parley.moderation.decisions.forms import DecisionForm
from parley.moderation.decisions.web import LONGEST_REASON
from parley.moderation.modmembers import ops as modmembers
from parley.moderation.modmembers.forms import LiftForm
from parley.moderation.modmembers.web import member_at
from parley.moderation.modqueue import in_place
from parley.moderation.reports import subjects
from parley.moderation.reports.subjects import Subject
from parley.moderation.statements import ops as statements
from parley.moderation.statements.forms import RemovalForm
from parley.people.community.queries import grounds, titles
from parley.platform.http.access import AnyRequest, staff
from parley.platform.http.forms import Form


class DirectDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision that no report asked for. `until` is in days; null: permanently."""

    action: str
    rule: str | None = None
    reason: str = ""
    quote: str = ""
    until: int | None = None


class ThreadAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to do with a thread, and why: its readers see that."""

    action: Literal["lock", "unlock", "slow", "archive"]
    reason: str = ""


class Lifting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a member's sanctions end: the member reads that."""

    reason: str


class Merging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The comment whose statement says the same and is kept; null separates them again."""

    kept: int | None = None


class Removal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code of the rule that a statement breaks, and the reason for its author."""

    rule: str
    reason: str


@post(
    "/moderation/comments/{comment:str}/decide",
    name="api:decide-comment",
    opt=MODERATING,
    responses=problems(403, 404, 409, 422),
)
async def decide_comment(
    request: AnyRequest, comment: FromPath[str], data: JSONBody[DirectDecision]
) -> Response[Decision]:
    """Decide about a comment. It answers the reports that wait."""
    return await _decide(request, await subjects.comment(comment, staff(request), gone=True), data)


@post(
    "/moderation/threads/{thread:str}/decide",
    name="api:decide-article",
    opt=MODERATING,
    responses=problems(403, 404, 409, 422),
)
async def decide_article(
    request: AnyRequest, thread: FromPath[str], data: JSONBody[DirectDecision]
) -> Response[Decision]:
    """Decide about the article of a thread."""
    return await _decide(request, await subjects.article(thread), data)


@post(
    "/moderation/members/{name:str}/decide",
    name="api:decide-member",
    opt=MODERATING,
    responses=problems(403, 404, 409, 422),
)
async def decide_member(request: AnyRequest, name: FromPath[str], data: JSONBody[DirectDecision]) -> Response[Decision]:
    """Decide about a member."""
    return await _decide(request, await subjects.member(name, staff(request)), data)


async def _decide(request: AnyRequest, subject: Subject, data: DirectDecision) -> Response[Decision]:
    form = DecisionForm(as_fields(data), await titles())
    form.require()
    check(form)
    return answer_write(Decision(await in_place.decide(staff(request), subject, form.choice_for(0))), 201)


@post(
    "/moderation/threads/{thread:str}/action",
    name="api:act-on-thread",
    opt=MODERATING,
    status_code=204,
    responses=problems(403, 404, 422),
)
async def act_on_thread(request: AnyRequest, thread: FromPath[str], data: JSONBody[ThreadAction]) -> None:
    """Lock, unlock, slow or archive a thread, unless it is in that state already."""
    row, form = await thread_at(thread), Form(as_fields(data))
    reason = form.text("reason", most=LONGEST_REASON)
    check(form)
    await thread_actions.act(staff(request), row.id, data.action, reason)


@post(
    "/moderation/members/{name:str}/lift",
    name="api:lift",
    opt=MODERATING,
    status_code=204,
    responses=problems(403, 404, 422),
)
async def lift(request: AnyRequest, name: FromPath[str], data: JSONBody[Lifting]) -> None:
    """End a member's sanctions."""
    person, form = await member_at(name), LiftForm(as_fields(data))
    check(form)
    await modmembers.lift(staff(request), person.id, form.reason)


@post(
    "/moderation/comments/{comment:str}/statement/merge",
    name="api:merge-statement",
    opt=MODERATING,
    status_code=204,
    responses=problems(403, 404, 422),
)
async def merge_statement(request: AnyRequest, comment: FromPath[str], data: JSONBody[Merging]) -> None:
    """Ask only the kept one of two statements that say the same."""
    viewer = staff(request)
    row, form = await comment_at(comment, viewer), Form(as_fields(data))
    kept = form.id("kept")
    check(form)
    await (statements.separate(viewer, row.id) if kept is None else statements.merge(viewer, row.id, kept))


@post(
    "/moderation/comments/{comment:str}/statement/remove",
    name="api:remove-statement",
    opt=MODERATING,
    status_code=204,
    responses=problems(403, 404, 422),
)
async def remove_statement(request: AnyRequest, comment: FromPath[str], data: JSONBody[Removal]) -> None:
    """Remove the statement of a comment alone. Its author gets the reasons and can appeal."""
    viewer = staff(request)
    row = await comment_at(comment, viewer)
    form = RemovalForm(as_fields(data), [ground.code for ground in await grounds()])
    check(form)
    await statements.remove(viewer, row.id, form.rule, form.reason)


handlers: list[Any] = [
    decide_comment,
    decide_article,
    decide_member,
    act_on_thread,
    lift,
    merge_statement,
    remove_statement,
]
