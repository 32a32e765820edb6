"""The pages of the published rules: admins edit them, moderators save reasons for them."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import asdict

from parley.moderation.guidelines import ops, queries
from parley.moderation.guidelines.forms import GuidelineForm, NewGuidelineForm, ReasonForm
from parley.moderation.guidelines.queries import GuidelineRow
from parley.moderation.guidelines.rules import CATEGORIES, SAVED_ACTIONS, SAVED_SANCTIONS, SEVERITIES, severity_key
from parley.people.accounts.viewer import staff
from parley.platform.errors import NotFound
from parley.platform.http.access import ADMIN, MODERATOR, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id

# The options of a rule's fields.
CHOICES: dict[str, Any] = {"severities": SEVERITIES, "categories": CATEGORIES}


@get("/mod/guidelines/new", name="guidelines:new-form", opt={"who": ADMIN})
async def new_form(request: AnyRequest) -> Response[Any]:
    return page(
        request, "moderation/guidelines/new.html", form=Form({"severity": "1", "hours_to_decide": "24"}), **CHOICES
    )


@post("/mod/guidelines/new", name="guidelines:new", opt={"who": ADMIN}, status_code=200)
async def add(request: AnyRequest) -> Response[Any]:
    form = NewGuidelineForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await ops.add(staff(request), _row(form.code, form))
    if form.errors:
        return page(request, "moderation/guidelines/new.html", status=form.status, form=form, **CHOICES)
    return Redirect("/mod/rules", status_code=303)


@get("/mod/guidelines/{code:str}", name="guidelines:one", opt={"who": MODERATOR})
async def one_page(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    return await _show(request, await _load_guideline(code))


@post("/mod/guidelines/{code:str}", name="guidelines:change", opt={"who": ADMIN}, status_code=200)
async def change(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    row, form = await _load_guideline(code), GuidelineForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await ops.change(staff(request), _row(row.code, form))
    if form.errors:
        return await _show(request, row, form.status, form=form)
    return Redirect("/mod/rules", status_code=303)


@post("/mod/guidelines/{code:str}/reasons", name="guidelines:save-reason", opt={"who": MODERATOR}, status_code=200)
async def save_reason(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    row, form = await _load_guideline(code), ReasonForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await ops.save_reason(staff(request), row.code, form.words, shared=form.shared, carries=form.carries)
    if form.errors:
        return await _show(request, row, form.status, reason_form=form)
    return Redirect(f"/mod/guidelines/{quote(row.code)}", status_code=303)


@post("/mod/reasons/{reason:str}/delete", name="guidelines:delete-reason", opt={"who": MODERATOR})
async def delete_reason(request: AnyRequest, reason: FromPath[str]) -> Response[Any]:
    await ops.delete_reason(staff(request), as_id(reason) or 0)
    return Redirect("/mod/rules", status_code=303)


async def _load_guideline(code: str) -> GuidelineRow:
    row = await queries.one(code) if code.isprintable() else None
    if row is None:
        raise NotFound
    return row


def _row(code: str, form: GuidelineForm) -> GuidelineRow:
    severity = float(form.severity or 1)
    return GuidelineRow(
        code,
        form.title,
        form.words,
        form.illegal,
        severity,
        form.position,
        form.retired,
        form.category,
        form.hours_to_decide,
    )


async def _show(
    request: AnyRequest,
    row: GuidelineRow,
    status: int = 200,
    form: Form | None = None,
    reason_form: Form | None = None,
) -> Response[Any]:
    stored = {name: str(value) for name, value in asdict(row).items() if value is not False}
    return page(
        request,
        "moderation/guidelines/one.html",
        status=status,
        guideline=row,
        form=form or Form(stored | {"severity": severity_key(row.severity)}),
        reason_form=reason_form or Form({}),
        reasons=await queries.reasons(staff(request).id, row.code),
        severities=SEVERITIES,
        categories=CATEGORIES,
        actions=SAVED_ACTIONS,
        sanctions=SAVED_SANCTIONS,
    )


handlers: list[object] = [new_form, add, one_page, change, save_reason, delete_reason]
