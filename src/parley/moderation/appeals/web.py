"""Pages of appeals, of proposals that need a second approval, and of second looks."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.threads import rooms
from parley.moderation.appeals import ops, queries, second_look_queries
from parley.moderation.appeals.forms import ReviewForm, SecondApprovalForm
from parley.moderation.appeals.queries import AppealRow, Proposal
from parley.moderation.appeals.rules import JUDGEMENTS, milder
from parley.moderation.decisions import queries as decisions
from parley.moderation.decisions import second_approval
from parley.moderation.decisions.rules import ACTIONS, OVERDUE_DAYS
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.modqueue import people
from parley.moderation.modqueue.kinds import WorkKind
from parley.moderation.modqueue.web.listing import beside_list
from parley.moderation.modqueue.web.opening import show_work
from parley.people.accounts.viewer import staff
from parley.platform import db
from parley.platform.errors import NotFound, ParleyError
from parley.platform.http.access import ROOM_MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.http.return_paths import local_path
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_


async def load_appeal(request: AnyRequest, appeal: str) -> AppealRow:
    """The appeal with this id in the address. Raises NotFound, also if the viewer may not review it."""
    row = await queries.appeal_for(staff(request), as_id(appeal) or 0)
    if row is None:
        raise NotFound
    return row


async def _appeal_page(
    request: AnyRequest, appeal: AppealRow, form: Form | None = None, status: int = 200
) -> Response[Any]:
    shown = await beside_list(
        request,
        opened=("appeal", appeal.id),
        appeal=appeal,
        **await _decision_context(request, appeal.decision, appeal.member),
        form=form or Form({}),
        milder=[ACTIONS[name] for name in milder(appeal.target_kind, appeal.action)],
    )
    return page(request, "moderation/appeals/appeal.html", status=status, **shown)


async def _decision_context(request: AnyRequest, decision: int, member: int | None) -> dict[str, Any]:
    """What both pages show of a decision: statement of reasons, whether its comment is concealed, and the member."""
    viewer, reasons = staff(request).id, await decisions.reasons(decision)
    return {
        "reasons": reasons,
        "concealed": reasons is not None and await decisions.is_concealed(viewer, reasons),
        # The viewer is never the member concerned here.
        "is_member_concerned": False,
        "member": await people.summary(viewer, member) if member else None,
        "decisions": [row for row in await people.decisions_concerning(viewer, member) if row.id != decision],
        "notes": await people.notes(viewer, member),
    }


@get("/mod/appeals/{appeal:str}", name="moderation:appeal-page", opt={"who": ROOM_MODERATOR})
async def appeal_page(request: AnyRequest, appeal: FromPath[str]) -> Response[Any]:
    return await _appeal_page(request, await load_appeal(request, appeal))


@post("/mod/appeals/{appeal:str}/assign", name="moderation:appeal-assign", opt={"who": ROOM_MODERATOR})
async def assign(request: AnyRequest, appeal: FromPath[str]) -> Response[Any]:
    row = await load_appeal(request, appeal)
    await ops.assign(staff(request), row.id)
    return Redirect(f"/mod/appeals/{row.id}", status_code=303)


@post("/mod/appeals/{appeal:str}/decide", name="moderation:appeal-decide", opt={"who": ROOM_MODERATOR})
async def decide(request: AnyRequest, appeal: FromPath[str]) -> Response[Any]:
    row = await load_appeal(request, appeal)
    form = ReviewForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await decide_appeal(request, row, form)
    if form.errors:
        return await _appeal_page(request, await load_appeal(request, appeal), form, form.status)
    return Redirect("/mod/queue?kind=appeal", status_code=303)


async def decide_appeal(request: AnyRequest, appeal: AppealRow, form: ReviewForm) -> None:
    await ops.decide(
        staff(request),
        appeal.id,
        outcome=form.outcome or "",
        answer=form.answer,
        action=form.action,
        days=form.days if form.action and ACTIONS[form.action].timed else None,
    )


async def load_proposal(request: AnyRequest, decision: str) -> Proposal:
    """The proposal with this id in the address. Raises NotFound, also if the viewer may not review it."""
    row = await queries.proposal_for(staff(request), as_id(decision) or 0)
    if row is None:
        raise NotFound
    return row


async def _proposal_page(
    request: AnyRequest, proposal: Proposal, form: Form | None = None, status: int = 200
) -> Response[Any]:
    shown = await beside_list(
        request,
        opened=("approval", proposal.id),
        proposal=proposal,
        **await _decision_context(request, proposal.id, proposal.member),
        form=form or Form({}),
    )
    return page(request, "moderation/appeals/proposal.html", status=status, **shown)


@get(
    "/mod/decision/{decision:str}/second-approval",
    name="moderation:second-approval-page",
    opt={"who": ROOM_MODERATOR},
)
async def second_approval_page(request: AnyRequest, decision: FromPath[str]) -> Response[Any]:
    return await _proposal_page(request, await load_proposal(request, decision))


@post("/mod/decision/{decision:str}/second-approval", name="moderation:second-approval", opt={"who": ROOM_MODERATOR})
async def decide_proposal(request: AnyRequest, decision: FromPath[str]) -> Response[Any]:
    row = await load_proposal(request, decision)
    form = SecondApprovalForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            if form.approves:
                await second_approval.approve(staff(request), row.id)
            else:
                await second_approval.reject(staff(request), row.id, form.reason)
    if form.errors:
        return await _proposal_page(request, await load_proposal(request, decision), form, form.status)
    return Redirect("/mod/queue?kind=approval", status_code=303)


@post("/mod/decision/{decision:str}/reveal", name="moderation:reveal-words", opt={"who": ROOM_MODERATOR})
async def reveal(request: AnyRequest, decision: FromPath[str]) -> Redirect:
    """Record that the viewer chose to read the concealed comment, which shows it to them, and go back."""
    reasons = await decisions.reasons(as_id(decision) or 0)
    if reasons is None or reasons.comment is None:
        raise NotFound
    viewer, form = staff(request), Form(await posted_fields(request))
    await rooms.require_decision(viewer, reasons.id)
    if await decisions.is_concealed(viewer.id, reasons):
        async with db.atomic():
            await modlog.write(viewer, Entry("reveal", "comment", reasons.comment))
    # local_path returns "/" for an address that is not a path here.
    back = local_path(form.values.get("next"))
    return Redirect(back if back != "/" else f"/decision/{reasons.id}", status_code=303)


@post("/mod/second-looks/{decision:str}", name="moderation:second-look", opt={"who": ROOM_MODERATOR})
async def second_look(request: AnyRequest, decision: FromPath[str]) -> Response[Any]:
    form, decision_id = Form(await posted_fields(request)), as_id(decision) or 0
    await rooms.require_decision(staff(request), decision_id)
    try:
        await ops.save_judgement(staff(request), decision_id, form.choice("judgement", list(JUDGEMENTS)))
    except ParleyError as error:
        form.errors["judgement"] = error.message
        return await show_work(request, SECOND_LOOKS.name, 0, error.status, form=form)
    return Redirect(f"/mod/queue?kind=second-look&judged={decision_id}", status_code=303)


async def _case(request: AnyRequest, _number: int) -> dict[str, Any]:
    """The next case, and the comparison of the last one."""
    viewer, judged = staff(request), as_id(request.query_params.get("judged", ""))
    return {
        "case": await second_look_queries.next_case(viewer),
        "comparison": await second_look_queries.comparison(viewer, judged) if judged else None,
        "cases": await second_look_queries.count_waiting(viewer),
        "form": Form({}),
        "judgements": JUDGEMENTS,
    }


APPEALS = WorkKind(
    "appeal",
    N_("Appeals"),
    N_("Appeal"),
    queries.WAITING_APPEALS,
    hours=24 * OVERDUE_DAYS,
    address="/mod/appeals/{id}",
    in_rooms=True,
)
PROPOSALS = WorkKind(
    "approval",
    N_("Second approvals"),
    N_("Second approval"),
    queries.WAITING_PROPOSALS,
    hours=24 * OVERDUE_DAYS,
    address="/mod/decision/{id}/second-approval",
    in_rooms=True,
)
# Nobody waits for a second look, so none is listed or counted.
SECOND_LOOKS = WorkKind(
    "second-look",
    N_("Second looks"),
    N_("Second look"),
    "",
    hours=0,
    template="moderation/appeals/second_look.html",
    panel=_case,
    opens_empty=True,
    in_rooms=True,
)


handlers: list[object] = [
    appeal_page,
    assign,
    decide,
    second_approval_page,
    decide_proposal,
    reveal,
    second_look,
]
