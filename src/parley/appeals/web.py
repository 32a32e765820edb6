"""Pages of appeals and of proposals that need a second approval."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.appeals import ops, queries, second_look_queries
from parley.appeals.forms import ReviewForm, SecondForm
from parley.appeals.queries import AppealRow, Proposal
from parley.core import db
from parley.core.errors import NotFound, ParleyError
from parley.core.http.access import MODERATOR, AnyRequest, staff
from parley.core.http.forms import Form, posted
from parley.core.http.pages import local_path, page
from parley.core.text.cleaning import as_id
from parley.core.text.messages import N_
from parley.decisions import queries as decisions
from parley.decisions import second_approval
from parley.decisions.rules import ACTIONS, LENGTHS, lesser
from parley.modlog import ops as modlog
from parley.modlog.ops import Entry
from parley.modqueue import people


@get("/mod/appeals", name="moderation:appeals", opt={"who": MODERATOR})
async def appeals_page(request: AnyRequest) -> Response[Any]:
    viewer = staff(request)
    counts = await queries.counts(viewer)
    rows = await queries.waiting(viewer)
    looks = await second_look_queries.waiting(viewer)
    return page(request, "appeals/list.html", rows=rows, counts=counts, audits=looks, all_actions=ACTIONS)


async def appeal_at(request: AnyRequest, appeal: str) -> AppealRow:
    """The appeal at an address. Raises NotFound, also for moderators with a part in the decision."""
    number = as_id(appeal)
    found = await queries.one(staff(request), number) if number else None
    if found is None:
        raise NotFound(N_("There is no such appeal, or you had a part in it."))
    return found


async def _show(request: AnyRequest, found: AppealRow, form: Form | None = None, status: int = 200) -> Response[Any]:
    return page(
        request,
        "appeals/one.html",
        status=status,
        appeal=found,
        **await _about(request, found.decision, found.member),
        form=form or Form({}),
        lesser=[ACTIONS[name] for name in lesser(found.kind, found.action)],
        all_actions=ACTIONS,
        lengths=LENGTHS,
    )


async def _about(request: AnyRequest, decision: int, member: int | None) -> dict[str, Any]:
    """The context of a decision: its statement, whose comment is hidden on severe grounds, and the member concerned."""
    found = await decisions.statement(decision)
    return {
        "statement": found,
        "concealed": found is not None and await decisions.is_concealed(staff(request).id, found),
        "concerned": False,
        "member": await people.summary(member) if member else None,
        "earlier": [one for one in await people.record_of(member) if one.id != decision] if member else [],
        "notes": await people.notes(member) if member else [],
    }


@get("/mod/appeals/{appeal:str}", name="moderation:appeal-page", opt={"who": MODERATOR})
async def appeal_page(request: AnyRequest, appeal: FromPath[str]) -> Response[Any]:
    return await _show(request, await appeal_at(request, appeal))


@post("/mod/appeals/{appeal:str}/take", name="moderation:appeal-take", opt={"who": MODERATOR})
async def take(request: AnyRequest, appeal: FromPath[str]) -> Response[Any]:
    found = await appeal_at(request, appeal)
    await ops.take(staff(request), found.id)
    return Redirect(f"/mod/appeals/{found.id}", status_code=303)


@post("/mod/appeals/{appeal:str}/decide", name="moderation:appeal-decide", opt={"who": MODERATOR})
async def decide(request: AnyRequest, appeal: FromPath[str]) -> Response[Any]:
    found = await appeal_at(request, appeal)
    form, status = ReviewForm(await posted(request)), 422
    if not form.errors:
        try:
            await decide_appeal(request, found, form)
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
    if form.errors:
        return await _show(request, await appeal_at(request, appeal), form, status)
    return Redirect("/mod/appeals", status_code=303)


async def decide_appeal(request: AnyRequest, found: AppealRow, form: ReviewForm) -> None:
    await ops.decide(
        staff(request),
        found.id,
        outcome=form.outcome or "",
        answer=form.answer,
        action=form.action,
        days=form.until if form.action and ACTIONS[form.action].timed else None,
    )


async def proposal_at(request: AnyRequest, decision: str) -> Proposal:
    """The proposal at an address. Raises NotFound, also for moderators with a part in it."""
    number = as_id(decision)
    found = await queries.proposal(staff(request), number) if number else None
    if found is None:
        raise NotFound(N_("There is no decision here for your second approval."))
    return found


async def _ask(request: AnyRequest, found: Proposal, form: Form | None = None, status: int = 200) -> Response[Any]:
    return page(
        request,
        "appeals/second.html",
        status=status,
        proposal=found,
        **await _about(request, found.id, found.member),
        form=form or Form({}),
        all_actions=ACTIONS,
    )


@get("/mod/decision/{decision:str}/second", name="moderation:second-page", opt={"who": MODERATOR})
async def second_page(request: AnyRequest, decision: FromPath[str]) -> Response[Any]:
    return await _ask(request, await proposal_at(request, decision))


@post("/mod/decision/{decision:str}/second", name="moderation:second", opt={"who": MODERATOR})
async def second(request: AnyRequest, decision: FromPath[str]) -> Response[Any]:
    found = await proposal_at(request, decision)
    form, status = SecondForm(await posted(request)), 422
    if not form.errors:
        try:
            if form.agrees:
                await second_approval.agree(staff(request), found.id)
            else:
                await second_approval.refuse(staff(request), found.id, form.reason)
        except ParleyError as error:
            form.errors["form"], status = error.message, error.status
    if form.errors:
        return await _ask(request, await proposal_at(request, decision), form, status)
    return Redirect("/mod/appeals", status_code=303)


@post("/mod/decision/{decision:str}/reveal", name="moderation:reveal-words", opt={"who": MODERATOR})
async def reveal(request: AnyRequest, decision: FromPath[str]) -> Redirect:
    """Show the hidden comment of a statement, record who looked, and go back."""
    number = as_id(decision)
    found = await decisions.statement(number) if number else None
    if found is None or found.comment is None:
        raise NotFound(N_("There is no such decision, or its text no longer exists."))
    viewer, form = staff(request), Form(await posted(request))
    if await decisions.is_concealed(viewer.id, found):
        async with db.atomic():
            await modlog.write(viewer, Entry("reveal", "comment", found.comment))
    back = local_path(form.values.get("next"))
    return Redirect(back if back != "/" else f"/decision/{found.id}", status_code=303)


handlers: list[object] = [appeals_page, appeal_page, take, decide, second_page, second, reveal]
