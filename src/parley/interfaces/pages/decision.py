"""The statement of reasons, for the member concerned, staff, and readers of its mailed link; and the appeal on it."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.threads import rooms
from parley.letters.notifications import ops as notifications
from parley.moderation.appeals import ops as appeals
from parley.moderation.appeals.forms import AppealForm
from parley.moderation.decisions import letters
from parley.moderation.decisions import queries as decisions
from parley.moderation.decisions.queries import StatementOfReasons
from parley.people.account_settings.sections import Section
from parley.people.accounts.viewer import Viewer, signed_in, viewer_of
from parley.platform.errors import NotFound, ParleyError
from parley.platform.http.access import ANYONE, MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page, pending_of
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_


async def decision_at(request: AnyRequest, decision: str, key: str) -> tuple[StatementOfReasons, bool]:
    """Return the statement at an address, and whether the reader is the member concerned.

    Raises NotFound for readers who are neither staff nor concerned: a number must not reveal that a decision exists.
    """
    number = as_id(decision)
    statement = await decisions.reasons(number) if number else None
    viewer = viewer_of(request)
    if statement is not None and _concerns(statement, viewer, key):
        return statement, True
    if statement is not None and viewer is not None:
        await rooms.require_decision(viewer, statement.id)
        return statement, False
    raise NotFound


def _concerns(statement: StatementOfReasons, viewer: Viewer | None, key: str) -> bool:
    has_letter = statement.state not in decisions.UNSENT and statement.action in decisions.FOR_MEMBER
    is_member = viewer is not None and viewer.id == statement.member
    has_key = letters.is_key(statement.id, key)
    return statement.member is not None and has_letter and (is_member or has_key)


@get("/decision/{decision:str}", name="moderation:statement", opt={"who": ANYONE})
async def statement_page(request: AnyRequest, decision: FromPath[str]) -> Response[Any]:
    key = request.query_params.get("key", "")
    statement, concerned = await decision_at(request, decision, key)
    await _mark_read(request, statement.id)
    return await _show(request, statement, Form({}), key, concerned=concerned)


async def _mark_read(request: AnyRequest, decision: int) -> None:
    viewer = viewer_of(request)
    unread = await notifications.read_decision(viewer.id, decision) if viewer is not None else None
    if viewer is not None and unread is not None:
        pending_of(request.scope)["for_you"] = unread


async def _show(
    request: AnyRequest,
    statement: StatementOfReasons,
    form: Form,
    key: str,
    status: int = 200,
    *,
    concerned: bool = True,
) -> Response[Any]:
    return page(
        request,
        "moderation/decisions/reasons.html",
        status=status,
        reasons=statement,
        is_member_concerned=concerned,
        concealed=not concerned and await decisions.is_concealed(signed_in(request).id, statement),
        form=form,
        key=key,
    )


def _appeal_of(statement: StatementOfReasons, key: str) -> Redirect:
    return Redirect(f"/decision/{statement.id}{f'?key={key}' if key else ''}#appeal", status_code=303)


@post("/decision/{decision:str}", name="moderation:appeal", opt={"who": ANYONE})
async def appeal(request: AnyRequest, decision: FromPath[str]) -> Response[Any]:
    data = await posted_fields(request)
    key = str(data.get("key", ""))
    statement, concerned = await decision_at(request, decision, key)
    if not concerned:
        raise NotFound(N_("Only the member concerned can appeal against a decision."))
    form = AppealForm(data)
    if not form.errors:
        with form.refusals():
            await appeals.file(decision=statement.id, text=form.appeal_text)
    if form.errors:
        return await _show(request, statement, form, key, form.status)
    return _appeal_of(statement, key)


@post("/decision/{decision:str}/withdraw", name="moderation:appeal-withdraw", opt={"who": ANYONE})
async def withdraw(request: AnyRequest, decision: FromPath[str]) -> Response[Any]:
    form = Form(await posted_fields(request))
    key = form.values.get("key", "")
    statement, concerned = await decision_at(request, decision, key)
    if not concerned:
        raise NotFound(N_("Only the member who appealed can withdraw the appeal."))
    try:
        await appeals.withdraw(statement.id)
    except ParleyError as error:
        form.errors["form"] = error.message
        return await _show(request, statement, form, key, error.status)
    return _appeal_of(statement, key)


async def _own(request: AnyRequest) -> dict[str, Any]:
    """All decisions about the viewer."""
    return {"rows": await decisions.of_member(signed_in(request).id)}


DECISIONS = Section("data", "decisions", N_("Decisions about you"), "moderation/decisions/_own.html", _own)


@get("/c/{comment:str}/decision", name="moderation:of-comment", opt={"who": MEMBER})
async def of_comment(request: AnyRequest, comment: FromPath[str]) -> Response[Any]:
    """Redirect the author of a comment to the decision about it. Raises NotFound for everybody else."""
    number = as_id(comment)
    decision = await decisions.about_comment(signed_in(request).id, number) if number else None
    if decision is None:
        raise NotFound
    return Redirect(f"/decision/{decision}", status_code=303)


handlers: list[object] = [statement_page, appeal, withdraw, of_comment]
