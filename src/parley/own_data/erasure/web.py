"""Leaving: the forms under Settings, Your data, and the page for suspended members."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.own_data.erasure import ops
from parley.own_data.erasure.forms import ErasureForm
from parley.people.account_settings.sections import Section
from parley.people.accounts import sessions
from parley.people.accounts.queries import Account
from parley.people.accounts.viewer import signed_in
from parley.people.second_factors import step_up
from parley.people.second_factors.web.proving import to_prove
from parley.people.sign_in.web.common import account_of, see_other
from parley.platform.errors import Gone
from parley.platform.http.access import ANYONE, MEMBER, AnyRequest
from parley.platform.http.forms import posted_fields
from parley.platform.http.pages import page
from parley.platform.text.messages import N_

EXPIRED = N_("This link has expired. Please sign in again to get a new one.")


async def _form(_request: AnyRequest) -> dict[str, Any]:
    return {}


LEAVE = Section("data", "leave", N_("Leave for a while"), "own_data/erasure/_leave.html", _form)
ERASE = Section("data", "erase", N_("Erase your account"), "own_data/erasure/_erase.html", _form)


@post("/settings/data/deactivate", name="erasure:deactivate", opt={"who": MEMBER})
async def deactivate(request: AnyRequest) -> Response[Any]:
    if not await step_up.is_proven(signed_in(request)):
        return to_prove(LEAVE.path)
    await ops.deactivate(await account_of(request))
    return _signed_out("/left")


@post("/settings/data/erase", name="erasure:erase", opt={"who": MEMBER})
async def erase(request: AnyRequest) -> Response[Any]:
    """Erase the account in 14 days."""
    if not await step_up.is_proven(signed_in(request)):
        return to_prove(ERASE.path)
    form = ErasureForm(await posted_fields(request))
    await ops.request_erasure(await account_of(request), form.scope)
    return _signed_out("/left?erased")


@get("/left", name="erasure:left", opt={"who": ANYONE})
async def left_page(request: AnyRequest) -> Response[Any]:
    return page(request, "own_data/erasure/left.html", erased="erased" in request.query_params)


@get("/leave/{token:str}", name="erasure:leave", opt={"who": ANYONE})
async def leave_page(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """The page of a suspended member. Opening it changes nothing."""
    account = await _suspended_member(token)
    return page(request, "own_data/erasure/leave.html", account=account, saved="saved" in request.query_params)


@post("/leave/{token:str}", opt={"who": ANYONE})
async def leave(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Have the account of a suspended member erased in 14 days; with `cancel`, do not."""
    account, form = await _suspended_member(token), ErasureForm(await posted_fields(request))
    if form.flag("cancel"):
        await ops.cancel(account.id)
    else:
        await ops.request_erasure(account, form.scope)
    return see_other(f"/leave/{token}?saved")


async def _suspended_member(token: str) -> Account:
    member = ops.member_of(token)
    account = await ops.account_of(member) if member else None
    if account is None or account.state != "suspended":
        raise Gone(EXPIRED)
    return account


def _signed_out(path: str) -> Redirect:
    headers = {"Clear-Site-Data": '"cache"'}
    return Redirect(path, status_code=303, headers=headers, cookies=[sessions.cookie("")])


handlers: list[object] = [deactivate, erase, left_page, leave_page, leave]
