"""Moderating where one sees it: comments, articles, members, threads and statements, without a report."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, Router, post
from litestar.params import JSONBody
from msgspec import Meta

from parley.discussion.commenting.web import comment_at, thread_at
from parley.interfaces.api import fields
from parley.interfaces.api.answers import answer_write, problems
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.moderation.queue_web import Decision, DirectDecision
from parley.interfaces.api.scopes import MODERATE
from parley.moderation.decisions import thread_actions
from parley.moderation.decisions.forms import LONGEST_ADDRESS, DecisionForm
from parley.moderation.decisions.web import LONGEST_REASON
from parley.moderation.modmembers import ops as modmembers
from parley.moderation.modmembers.forms import LiftForm, NoteForm
from parley.moderation.modmembers.web import member_at
from parley.moderation.modqueue import in_place
from parley.moderation.reports import subjects
from parley.moderation.reports.subjects import Subject
from parley.moderation.statements import ops as statements
from parley.moderation.statements.forms import RemovalForm
from parley.people.accounts.viewer import staff
from parley.people.community.queries import grounds
from parley.platform.http.access import MODERATOR, ROOM_MODERATOR, AnyRequest
from parley.platform.http.forms import Form


class ThreadAction(Body, frozen=True):
    """What to do with a thread, and why: its readers see that."""

    action: Annotated[Literal["lock", "unlock", "slow", "archive"], Meta(description="What to do with the thread.")]
    reason: fields.Reason = ""
    title: fields.TypedTitle = ""


class ThreadDecision(msgspec.Struct, frozen=True):
    """The decision that a thread action made, which can be undone for 30 seconds."""

    id: Annotated[int | None, Meta(description="Null where the thread was in that state already.")]


class Lifting(Body, frozen=True):
    """Why a member's sanctions end: the member reads that."""

    reason: fields.Reason


class Merging(Body, frozen=True):
    """Which of two statements that say the same is kept."""

    kept: Annotated[int | None, Meta(description="The comment whose statement is kept; null separates them.")] = None


class Removal(Body, frozen=True):
    """Why a statement is removed."""

    rule: fields.Rule
    reason: fields.Reason
    confirm: fields.Confirm = ""
    law: fields.Law = ""


@post("/moderation/comments/{comment:str}/decide", name="api:decide-comment", responses=problems(403, 404, 409, 422))
async def decide_comment(
    request: AnyRequest, comment: fields.CommentPath, data: JSONBody[DirectDecision]
) -> Response[Decision]:
    """Decide about a comment. It answers the reports that wait."""
    return await _decide(request, await subjects.comment(comment, staff(request), gone=True), data)


@post("/moderation/threads/{thread:str}/decide", name="api:decide-article", responses=problems(403, 404, 409, 422))
async def decide_article(
    request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[DirectDecision]
) -> Response[Decision]:
    """Decide about the article of a thread."""
    return await _decide(request, await subjects.article(thread), data)


@post("/moderation/members/{name:str}/decide", name="api:decide-member", responses=problems(403, 404, 409, 422))
async def decide_member(
    request: AnyRequest, name: fields.NamePath, data: JSONBody[DirectDecision]
) -> Response[Decision]:
    """Decide about a member."""
    return await _decide(request, await subjects.member(name, staff(request)), data)


async def _decide(request: AnyRequest, subject: Subject, data: DirectDecision) -> Response[Decision]:
    form = DecisionForm(as_fields(data), await grounds())
    form.require()
    check(form)
    return answer_write(Decision(await in_place.decide(staff(request), subject, form.choice_for(0))), 201)


@post(
    "/moderation/threads/{thread:str}/action",
    name="api:act-on-thread",
    status_code=200,
    responses=problems(403, 404, 422),
)
async def act_on_thread(
    request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[ThreadAction]
) -> Response[ThreadDecision]:
    """Lock, unlock, slow or archive a thread, unless it is in that state already."""
    row, form = await thread_at(thread), Form(as_fields(data))
    reason, title = form.text("reason", most=LONGEST_REASON), form.text("title", most=LONGEST_ADDRESS)
    check(form)
    return answer_write(ThreadDecision(await thread_actions.act(staff(request), row.id, data.action, reason, title)))


class NewMessage(Body, frozen=True):
    """A message to a member, which is no sanction."""

    text: fields.Text


@post("/moderation/members/{name:str}/message", name="api:message", responses=problems(403, 404, 422))
async def message(request: AnyRequest, name: fields.NamePath, data: JSONBody[NewMessage]) -> Response[Decision]:
    """Write to a member, who gets a letter and a notification."""
    person, form = await member_at(name), NoteForm(as_fields(data))
    check(form)
    return answer_write(Decision(await modmembers.message(staff(request), person.id, form.words)), 201)


@post("/moderation/members/{name:str}/lift", name="api:lift", status_code=204, responses=problems(403, 404, 422))
async def lift(request: AnyRequest, name: fields.NamePath, data: JSONBody[Lifting]) -> None:
    """End a member's sanctions."""
    person, form = await member_at(name), LiftForm(as_fields(data))
    check(form)
    await modmembers.lift(staff(request), person.id, form.reason)


@post(
    "/moderation/comments/{comment:str}/statement/merge",
    name="api:merge-statement",
    status_code=204,
    responses=problems(403, 404, 422),
)
async def merge_statement(request: AnyRequest, comment: fields.CommentPath, data: JSONBody[Merging]) -> None:
    """Ask only the kept one of two statements that say the same."""
    viewer = staff(request)
    row, form = await comment_at(comment, viewer), Form(as_fields(data))
    kept = form.id("kept")
    check(form)
    await (statements.separate(viewer, row.id) if kept is None else statements.merge(viewer, row.id, kept))


@post(
    "/moderation/comments/{comment:str}/statement/remove",
    name="api:remove-statement",
    responses=problems(403, 404, 422),
)
async def remove_statement(
    request: AnyRequest, comment: fields.CommentPath, data: JSONBody[Removal]
) -> Response[Decision]:
    """Remove the statement of a comment alone. Its author gets the reasons and can appeal."""
    viewer = staff(request)
    row = await comment_at(comment, viewer)
    form = RemovalForm(as_fields(data), await grounds())
    check(form)
    return answer_write(Decision(await statements.remove(viewer, row.id, form.removal)), 201)


handlers = [
    Router(
        "/",
        route_handlers=[decide_comment, decide_article, act_on_thread],
        opt={"who": ROOM_MODERATOR, "scope": MODERATE},
    ),
    Router(
        "/",
        route_handlers=[decide_member, message, lift, merge_statement, remove_statement],
        opt={"who": MODERATOR, "scope": MODERATE},
    ),
]
