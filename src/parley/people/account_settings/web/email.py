"""Changing one's address, and undoing that."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from parley.people.account_settings import address_ops
from parley.people.account_settings.address_ops import PAGE
from parley.people.accounts.viewer import signed_in
from parley.people.second_factors import step_up
from parley.people.second_factors.web.proving import to_prove
from parley.people.sign_in.forms import ForgotForm
from parley.people.sign_in.web.common import OTHER_ACCOUNT, account_of, client_of, expired_link, invalid, see_other
from parley.platform.errors import Forbidden, Gone, NotFound, Refused, TooMany
from parley.platform.http.access import ANYONE, MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page

TEMPLATE = "people/accounts/email.html"
STEPS = {"confirm": address_ops.confirm, "undo": address_ops.undo}


@get(PAGE, name="accounts:email", opt={"who": MEMBER})
async def email_page(request: AnyRequest) -> Response[Any]:
    if not await step_up.is_proven(signed_in(request)):
        return to_prove(PAGE)
    account = await account_of(request)
    return page(request, TEMPLATE, form=Form({}), email=account.email, sent="sent" in request.query_params)


@post(PAGE, opt={"who": MEMBER})
async def change(request: AnyRequest) -> Response[Any]:
    if not await step_up.is_proven(signed_in(request)):
        return to_prove(PAGE)
    account, form = await account_of(request), ForgotForm(await posted_fields(request))
    error: Refused | TooMany | None = None
    if not form.errors:
        try:
            await address_ops.request(account, form.email, client_of(request), answer=form.answer)
        except (Refused, TooMany) as caught:
            error = caught
    if form.errors or error:
        return invalid(request, TEMPLATE, form, error, "email", email=account.email, sent=False)
    return see_other(f"{PAGE}?sent")


@get(f"{PAGE}/{{step:str}}/{{token:str}}", name="accounts:email-link", opt={"who": ANYONE})
async def link_page(request: AnyRequest, step: FromPath[str], token: FromPath[str]) -> Response[Any]:
    """Show a button. Opening a link changes nothing, since mail scanners open links."""
    try:
        await _check_link(request, step, token)
    except Gone:
        return expired_link(request, "email")
    return page(request, "people/accounts/email_link.html", step=step, done=False)


@post(f"{PAGE}/{{step:str}}/{{token:str}}", opt={"who": ANYONE})
async def follow_link(request: AnyRequest, step: FromPath[str], token: FromPath[str]) -> Response[Any]:
    try:
        await _check_link(request, step, token)
        await STEPS[step](token)
    except Gone:
        return expired_link(request, "email")
    return see_other(f"/email/{step}")


async def _check_link(request: AnyRequest, step: str, token: str) -> None:
    """Check that the viewer may follow a link. Raises Gone for an old one.

    Only the account's member confirms a new address: the mailbox may belong to somebody who did not ask for this, and
    whose address would be tied to another person's account. Raises SignInNeeded or Forbidden for others.
    """
    member = await address_ops.member_of(token) if step in STEPS else None
    if member is None:
        raise Gone(address_ops.EXPIRED)
    if step == "confirm" and signed_in(request).id != member:
        raise Forbidden(OTHER_ACCOUNT)


@get("/email/{step:str}", name="accounts:email-done", opt={"who": ANYONE})
async def done_page(request: AnyRequest, step: FromPath[str]) -> Response[Any]:
    if step not in STEPS:
        raise NotFound
    return page(request, "people/accounts/email_link.html", step=step, done=True)


handlers: list[object] = [email_page, change, link_page, follow_link, done_page]
