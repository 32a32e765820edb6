"""The pages on which admins make and watch webhooks."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from parley.interfaces.webhooks import ops, queries
from parley.interfaces.webhooks.forms import KINDS, WebhookForm
from parley.interfaces.webhooks.queries import MOST_LISTED, WebhookRow
from parley.people.accounts.viewer import staff
from parley.people.second_factors import step_up
from parley.people.second_factors.web.proving import to_prove
from parley.people.sign_in.web.common import see_other
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import ADMIN, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id

PAGE = "/settings/webhooks"


async def _prove_first(request: AnyRequest) -> Redirect | None:
    """Ask an admin who has not proven lately who they are to do so first."""
    webhook = as_id(request.path_params.get("number", ""))
    return None if await step_up.is_proven(staff(request)) else to_prove(f"{PAGE}/{webhook}" if webhook else PAGE)


PROVEN: dict[str, Any] = {"opt": {"who": ADMIN}, "before_request": _prove_first}


async def _at(number: str) -> WebhookRow:
    webhook = as_id(number)
    row = await queries.one(webhook) if webhook else None
    if row is None:
        raise NotFound
    return row


async def _list(request: AnyRequest, form: Form, status: int = 200) -> Response[Any]:
    return page(
        request,
        "interfaces/webhooks/list.html",
        status=status,
        form=form,
        rows=await queries.list_webhooks(),
        kinds=KINDS,
    )


async def _show(
    request: AnyRequest,
    row: WebhookRow,
    *,
    form: Form | None = None,
    before: int | None = None,
    status: int = 200,
    secret: str | None = None,
) -> Response[Any]:
    log = await queries.log(row.id, before)
    return page(
        request,
        "interfaces/webhooks/one.html",
        status=status,
        row=row,
        form=form or Form({"url": row.url} | dict.fromkeys(row.kinds, "1")),
        kinds=KINDS,
        secret=secret,
        log=log[:MOST_LISTED],
        next_url=f"{PAGE}/{row.id}?before={log[MOST_LISTED - 1].id}" if len(log) > MOST_LISTED else None,
    )


@get(PAGE, name="webhooks:list", **PROVEN)
async def list_page(request: AnyRequest) -> Response[Any]:
    return await _list(request, Form(request.query_params))


@post(PAGE, name="webhooks:make", opt={"who": ADMIN})
async def make(request: AnyRequest) -> Response[Any]:
    """Make a webhook, and show its secret once: a redirect could not carry it."""
    form = WebhookForm(await posted_fields(request))
    if not await step_up.is_proven(staff(request)):
        return to_prove(f"{PAGE}?{urlencode(form.values, errors='replace')}")
    if not form.errors:
        try:
            number, secret = await ops.make(form.url, form.kinds)
            return await _show(request, await _at(str(number)), status=201, secret=secret)
        except Refused as refusal:
            form.errors["form"] = refusal.message
    return await _list(request, form, 422)


@get("/settings/webhooks/{number:str}", name="webhooks:one", **PROVEN)
async def one_page(request: AnyRequest, number: FromPath[str], before: FromQuery[str] = "") -> Response[Any]:
    return await _show(request, await _at(number), before=as_id(before))


@post("/settings/webhooks/{number:str}", name="webhooks:change", **PROVEN)
async def change(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    row, form = await _at(number), WebhookForm(await posted_fields(request))
    if form.errors:
        return await _show(request, row, form=form, status=422)
    await ops.change(row.id, form.url, form.kinds)
    return see_other(f"{PAGE}/{row.id}")


@post("/settings/webhooks/{number:str}/secret", name="webhooks:rotate", **PROVEN)
async def rotate(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    """Give a webhook a new secret, and show it once."""
    row, rotation = await _at(number), Form(await posted_fields(request)).id("rotation")
    try:
        secret = await ops.rotate(row.id, rotation or 0)
    except Refused as refusal:
        form = Form({"url": row.url} | dict.fromkeys(row.kinds, "1"))
        form.errors["form"] = refusal.message
        return await _show(request, await _at(number), form=form, status=422)
    return await _show(request, await _at(number), status=201, secret=secret)


@post("/settings/webhooks/{number:str}/state", name="webhooks:switch", **PROVEN)
async def switch(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    row, form = await _at(number), Form(await posted_fields(request))
    await ops.switch(row.id, on=form.flag("on"))
    return see_other(f"{PAGE}/{row.id}")


@post("/settings/webhooks/{number:str}/again", name="webhooks:again", **PROVEN)
async def send_again(request: AnyRequest, number: FromPath[str]) -> Response[Any]:
    """Send a message of the log again."""
    row, delivery = await _at(number), Form(await posted_fields(request)).id("delivery")
    await ops.send_again(row.id, delivery or 0)
    return see_other(f"{PAGE}/{row.id}#log")


@post("/settings/webhooks/{number:str}/delete", name="webhooks:delete", **PROVEN)
async def delete(number: FromPath[str]) -> Response[Any]:
    await ops.delete((await _at(number)).id)
    return see_other(PAGE)


handlers: list[object] = [list_page, make, one_page, change, rotate, switch, send_again, delete]
