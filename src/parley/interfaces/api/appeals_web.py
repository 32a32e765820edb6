"""Appeals and proposals that wait for another moderator."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from parley.interfaces.api.answers import answer, answer_write, problems
from parley.interfaces.api.bodies import as_fields, check
from parley.interfaces.api.moderation_web import MODERATING
from parley.moderation.appeals import ops, queries
from parley.moderation.appeals.forms import ReviewForm, SecondApprovalForm
from parley.moderation.appeals.queries import AppealRow, WaitingRow
from parley.moderation.appeals.web import decide_appeal, load_appeal, load_proposal
from parley.moderation.decisions import second_approval
from parley.platform.http.access import AnyRequest, staff


class WaitingItem(msgspec.Struct, frozen=True):
    """An appeal (kind `appeal`), or a decision that needs a second approval (kind `proposal`), which has the same `id`.

    `text` is that of the appeal, or the reason of the decision.
    """

    kind: str
    id: int
    decision: int
    action: str
    member: str | None
    text: str
    since: datetime
    overdue: bool
    assigned_to: str | None


class WaitingItems(msgspec.Struct, frozen=True):
    items: list[WaitingItem]


class Appeal(msgspec.Struct, frozen=True):
    """An appeal against a decision."""

    id: int
    decision: int
    action: str
    member: str
    text: str
    state: str
    answer: str
    assigned_to: str | None
    created_at: datetime
    decided_at: datetime | None


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an appeal ends: the member reads the `answer`. `modified` needs a milder `action`, and `until` in days."""

    outcome: Literal["upheld", "overturned", "modified"]
    answer: str
    action: str = ""
    until: int | None = None


class SecondApproval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether I approve a decision, and why not."""

    approve: bool
    reason: str = ""


@get("/moderation/appeals", name="api:appeals", opt=MODERATING, responses=problems(403, 404))
async def waiting(request: AnyRequest) -> Response[WaitingItems]:
    """Appeals and decisions that wait for me: none in which I had a part."""
    viewer = staff(request)

    async def make() -> WaitingItems:
        return WaitingItems([_waiting_item(row) for row in await queries.waiting(viewer)])

    return await answer(request, make)


def _waiting_item(row: WaitingRow) -> WaitingItem:
    return WaitingItem(
        kind=row.kind,
        id=row.id,
        decision=row.decision,
        action=row.action,
        member=row.member_name,
        text=row.text,
        since=row.since,
        overdue=row.overdue,
        assigned_to=row.assigned_to,
    )


@get("/moderation/appeals/{appeal:str}", name="api:read-appeal", opt=MODERATING, responses=problems(403, 404))
async def read_appeal(request: AnyRequest, appeal: FromPath[str]) -> Response[Appeal]:
    """An appeal. `/api/v1/decisions` has the decision with its reasons."""

    async def make() -> Appeal:
        return _appeal_from(await load_appeal(request, appeal))

    return await answer(request, make)


def _appeal_from(row: AppealRow) -> Appeal:
    return Appeal(
        id=row.id,
        decision=row.decision,
        action=row.action,
        member=row.member_name,
        text=row.text,
        state=row.state,
        answer=row.answer,
        assigned_to=row.assigned_to,
        created_at=row.created_at,
        decided_at=row.decided_at,
    )


@post(
    "/moderation/appeals/{appeal:str}/assign",
    name="api:assign-appeal",
    opt=MODERATING,
    status_code=200,
    responses=problems(403, 404, 409),
)
async def assign_appeal(request: AnyRequest, appeal: FromPath[str]) -> Response[Appeal]:
    """Assign an appeal to me. Until it is a week old, no other moderator can then decide it."""
    row = await load_appeal(request, appeal)
    await ops.assign(staff(request), row.id)
    return answer_write(_appeal_from(await load_appeal(request, appeal)))


@post(
    "/moderation/appeals/{appeal:str}/decide",
    name="api:decide-appeal",
    opt=MODERATING,
    status_code=200,
    responses=problems(403, 404, 409, 422),
)
async def decide(request: AnyRequest, appeal: FromPath[str], data: JSONBody[Review]) -> Response[Appeal]:
    """Decide an appeal."""
    row, form = await load_appeal(request, appeal), ReviewForm(as_fields(data))
    check(form)
    await decide_appeal(request, row, form)
    return answer_write(_appeal_from(await load_appeal(request, appeal)))


@post(
    "/moderation/decisions/{decision:str}/second-approval",
    name="api:second-approval",
    opt=MODERATING,
    status_code=204,
    responses=problems(403, 404, 409, 422),
)
async def decide_proposal(request: AnyRequest, decision: FromPath[str], data: JSONBody[SecondApproval]) -> None:
    """Approve a decision of another moderator, or reject it."""
    row, form = await load_proposal(request, decision), SecondApprovalForm(as_fields(data))
    check(form)
    if form.approves:
        await second_approval.approve(staff(request), row.id)
    else:
        await second_approval.reject(staff(request), row.id, form.reason)


handlers: list[Any] = [waiting, read_appeal, assign_appeal, decide, decide_proposal]
