"""What a moderator decided: many proposals approved at once, and everything undone since a time."""

from typing import Any
from urllib.parse import quote, urlencode

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.moderation.appeals import queries as appeals
from parley.moderation.appeals.forms import SecondApprovalForm
from parley.moderation.decisions import mass_undo, second_approval
from parley.moderation.decisions.rules import ACTIONS, MOST_IN_BULK
from parley.moderation.modmembers.forms import MassUndoForm
from parley.moderation.modmembers.queries import StaffMember
from parley.moderation.modmembers.web import member_at
from parley.people.accounts.viewer import staff
from parley.people.second_factors import step_up
from parley.people.second_factors.web.proving import to_prove
from parley.platform.http.access import ADMIN, MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page

PAGE = "/mod/members/{name:str}/decided"


async def _show(
    request: AnyRequest, person: StaffMember, about: str = "", form: Form | None = None, status: int = 200
) -> Response[Any]:
    viewer = staff(request)
    return page(
        request,
        "moderation/modmembers/decided.html",
        status=status,
        person=person,
        forms={section: Form({}) for section in ("approve", "undo")} | ({about: form} if form else {}),
        proposals=await appeals.proposed_by(viewer, person.id, MOST_IN_BULK),
        spans=mass_undo.SPANS,
        counts=await mass_undo.counts(person.id),
        requests=await mass_undo.requests(person.id),
        may_undo=viewer.access >= ADMIN,
        all_actions=ACTIONS,
    )


@get(PAGE, name="moderation:decided", opt={"who": MODERATOR})
async def decided_page(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    typed = Form(request.query_params) if "hours" in request.query_params else None
    return await _show(request, await member_at(name), "undo", typed)


@post(f"{PAGE}/approve", name="moderation:approve-all", opt={"who": MODERATOR})
async def approve(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """Approve or reject the oldest fifty proposals that were shown."""
    person, data = await member_at(name), await posted_fields(request)
    form = SecondApprovalForm(data)
    if form.errors:
        return await _show(request, person, "approve", form, form.status)
    last = form.id("last") or 0
    rows = await appeals.proposed_by(staff(request), person.id, MOST_IN_BULK)
    shown = [row.id for row in rows if row.id <= last]
    refused = await second_approval.decide_all(staff(request), shown, approves=form.approves, reason=form.reason)
    return _back(person, f"?refused={refused}" if refused else "")


@post(f"{PAGE}/undo", name="moderation:undo-all", opt={"who": ADMIN})
async def undo(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """Have everything undone that was decided since a time."""
    person, form = await member_at(name), MassUndoForm(await posted_fields(request))
    if not await step_up.is_proven(staff(request)):
        # The page then has what was typed.
        typed = urlencode(form.values, errors="replace")
        return to_prove(f"/mod/members/{quote(person.name)}/decided?{typed}")
    if not form.errors:
        with form.refusals():
            await mass_undo.request(staff(request), person.id, form.hours, form.reason)
            return _back(person, "#undone")
    return await _show(request, person, "undo", form, form.status)


def _back(person: StaffMember, more: str) -> Redirect:
    return Redirect(f"/mod/members/{quote(person.name)}/decided{more}", status_code=303)


handlers: list[object] = [decided_page, approve, undo]
