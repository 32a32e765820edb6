"""Appeals and proposals that wait for another moderator."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Response, Router, get, post
from litestar.params import JSONBody
from msgspec import Meta

from parley.interfaces.api import fields
from parley.interfaces.api.answers import answer_member, answer_write, from_row, problems
from parley.interfaces.api.bodies import Body, as_fields, check
from parley.interfaces.api.scopes import MODERATE
from parley.moderation.appeals import ops, queries
from parley.moderation.appeals.forms import ReviewForm, SecondApprovalForm
from parley.moderation.appeals.web import decide_appeal, load_appeal, load_proposal
from parley.moderation.decisions import second_approval
from parley.people.accounts.viewer import staff
from parley.platform.http.access import ROOM_MODERATOR, AnyRequest


class WaitingItem(msgspec.Struct, frozen=True):
    """An appeal, or a decision that needs a second approval, which has the same `id`."""

    kind: Annotated[str, Meta(description="`appeal`, or `proposal`: a decision that needs a second approval.")]
    id: fields.Id
    decision: fields.DecisionId
    action: fields.Action
    member: fields.MemberOrNone
    text: Annotated[str, Meta(description="The text of the appeal, or the reason of the decision.")]
    since: fields.Since
    overdue: Annotated[bool, Meta(description="Whether it has waited longer than it should.")]
    assigned_to: fields.AssignedTo


class WaitingItems(msgspec.Struct, frozen=True):
    items: fields.Items[WaitingItem]


class Appeal(msgspec.Struct, frozen=True):
    """An appeal against a decision."""

    id: fields.Id
    decision: fields.DecisionId
    action: fields.Action
    member: Annotated[str, Meta(description="The name of the member.")]
    text: fields.Text
    state: fields.State
    answer: fields.Answer
    assigned_to: fields.AssignedTo
    created_at: fields.CreatedAt
    decided_at: Annotated[datetime | None, Meta(description="When it was decided; null before.")]


class Review(Body, frozen=True):
    """How an appeal ends: the member reads the `answer`. `modified` needs a milder `action`, and `until` in days."""

    outcome: Annotated[
        Literal["upheld", "overturned", "modified"],
        Meta(
            description="`upheld`: the decision stands. `overturned`: it is undone. `modified`: a milder one is made."
        ),
    ]
    answer: fields.Answer
    action: fields.Action = ""
    until: fields.Days = None


class SecondApproval(Body, frozen=True):
    """Whether I approve a decision, and why not."""

    approve: Annotated[bool, Meta(description="Whether I approve it.")]
    reason: fields.Reason = ""


@get("/moderation/appeals", name="api:appeals", responses=problems(403, 404))
async def waiting(request: AnyRequest) -> Response[WaitingItems]:
    """Appeals and decisions that wait for me: none in which I had a part."""
    rows = await queries.waiting(staff(request))
    return answer_member(request, WaitingItems([from_row(WaitingItem, row, member=row.member_name) for row in rows]))


@get("/moderation/appeals/{appeal:str}", name="api:read-appeal", responses=problems(403, 404))
async def read_appeal(request: AnyRequest, appeal: fields.AppealPath) -> Response[Appeal]:
    """An appeal. `/api/v1/decisions` has the decision with its reasons."""
    return answer_member(request, await _appeal(request, appeal))


async def _appeal(request: AnyRequest, appeal: str) -> Appeal:
    row = await load_appeal(request, appeal)
    return from_row(Appeal, row, member=row.member_name)


@post(
    "/moderation/appeals/{appeal:str}/assign",
    name="api:assign-appeal",
    status_code=200,
    responses=problems(403, 404, 409),
)
async def assign_appeal(request: AnyRequest, appeal: fields.AppealPath) -> Response[Appeal]:
    """Assign an appeal to me. Until it is a week old, no other moderator can then decide it."""
    row = await load_appeal(request, appeal)
    await ops.assign(staff(request), row.id)
    return answer_write(await _appeal(request, appeal))


@post(
    "/moderation/appeals/{appeal:str}/decide",
    name="api:decide-appeal",
    status_code=200,
    responses=problems(403, 404, 409, 422),
)
async def decide(request: AnyRequest, appeal: fields.AppealPath, data: JSONBody[Review]) -> Response[Appeal]:
    """Decide an appeal."""
    row, form = await load_appeal(request, appeal), ReviewForm(as_fields(data))
    check(form)
    await decide_appeal(request, row, form)
    return answer_write(await _appeal(request, appeal))


@post(
    "/moderation/decisions/{decision:str}/second-approval",
    name="api:second-approval",
    status_code=204,
    responses=problems(403, 404, 409, 422),
)
async def decide_proposal(request: AnyRequest, decision: fields.DecisionPath, data: JSONBody[SecondApproval]) -> None:
    """Approve a decision of another moderator, or reject it."""
    row, form = await load_proposal(request, decision), SecondApprovalForm(as_fields(data))
    check(form)
    if form.approves:
        await second_approval.approve(staff(request), row.id)
    else:
        await second_approval.reject(staff(request), row.id, form.reason)


handlers = [
    Router(
        "/",
        route_handlers=[waiting, read_appeal, assign_appeal, decide, decide_proposal],
        opt={"who": ROOM_MODERATOR, "scope": MODERATE},
    )
]
