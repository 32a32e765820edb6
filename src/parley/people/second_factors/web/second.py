"""The second step of signing in, signing in by a passkey alone, and recovery without a second factor."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from parley.people.accounts.viewer import signed_in
from parley.people.second_factors import authenticators, factor_recovery, passkey_settings, passkeys, second_factor
from parley.people.second_factors.passkeys import UnknownPasskey
from parley.people.sign_in import sign_in_ticket
from parley.people.sign_in.authentication import PASSKEY
from parley.people.sign_in.forms import CodeForm, PasskeyForm
from parley.people.sign_in.web.common import client_of, expired_link, invalid, next_of, see_other, ticket_of
from parley.people.sign_in.web.signin import TEMPLATE as SIGN_IN
from parley.people.sign_in.web.signin import refusal_page
from parley.platform.errors import Forbidden, Gone, Refused, TooMany
from parley.platform.http.access import ANYONE, MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.http.return_paths import leading_back
from parley.platform.settings import settings

TEMPLATE = "people/accounts/second.html"
ASK, FOLLOW = "people/accounts/recover.html", "people/accounts/recover_link.html"


@get("/login/second", name="accounts:second", opt={"who": ANYONE})
async def second_page(request: AnyRequest) -> Response[object]:
    next_url = next_of(request)
    try:
        methods = await _methods(request)
    except Gone:
        return see_other(leading_back("/login", next_url))
    return page(request, TEMPLATE, form=Form({}), next_url=next_url, **methods)


@post("/login/second", opt={"who": ANYONE})
async def second(request: AnyRequest) -> Response[object]:
    form = CodeForm({"next": request.query_params.get("next"), **await posted_fields(request)})
    try:
        done = await second_factor.sign_in(ticket_of(request), form.code, form.credential, client_of(request))
    except Gone as error:
        return invalid(request, TEMPLATE, form, error, next_url=form.next, by_code=False, by_passkey=False)
    except (Refused, Forbidden, TooMany) as error:
        field = "form" if form.credential else "code"
        return invalid(request, TEMPLATE, form, error, field, next_url=form.next, **await _methods(request))
    answer = see_other(form.next, done)
    answer.set_cookie(sign_in_ticket.cookie(""))
    return answer


@post("/login/second/options", opt={"who": ANYONE}, status_code=200)
async def passkey_options(request: AnyRequest) -> dict[str, Any]:
    """What a browser needs to have a passkey of the member sign, once they gave their first factor."""
    account, _ = await second_factor.of_ticket(ticket_of(request))
    return await passkeys.options(second_factor.purpose(account), account.id, after_password=True)


async def _methods(request: AnyRequest) -> dict[str, Any]:
    """The second factors that can follow the first. Raises Gone without a first."""
    account, given = await second_factor.of_ticket(ticket_of(request))
    has_passkey = PASSKEY not in given and bool(await passkey_settings.list_passkeys(account.id))
    return {"by_code": await authenticators.is_on(account.id), "by_passkey": has_passkey, "host": settings().host}


@post("/login/passkey/options", name="accounts:passkey-options", opt={"who": ANYONE}, status_code=200)
async def passkey_sign_in_options() -> dict[str, Any]:
    return await passkeys.options(passkeys.SIGN_IN)


@post("/login/passkey", name="accounts:passkey-sign-in", opt={"who": ANYONE})
async def sign_in_by_passkey(request: AnyRequest) -> Response[Any]:
    form = PasskeyForm({"next": request.query_params.get("next"), **await posted_fields(request)})
    try:
        done = await second_factor.sign_in_by_passkey(form.credential, client_of(request))
    except UnknownPasskey as error:
        return invalid(request, SIGN_IN, form, error, next_url=form.next, unknown=error.credential)
    except (Refused, Forbidden) as error:
        return await refusal_page(request, form, error, form.next)
    return see_other(form.next, done)


@get("/login/recovery", name="accounts:recover", opt={"who": ANYONE})
async def recovery_page(request: AnyRequest) -> Response[Any]:
    try:
        account, _ = await second_factor.of_ticket(ticket_of(request))
    except Gone:
        return see_other("/login")
    return page(request, ASK, form=Form({}), staff=account.role != "member", asked="asked" in request.query_params)


@post("/login/recovery", opt={"who": ANYONE})
async def ask_for_recovery(request: AnyRequest) -> Response[Any]:
    """Begin the recovery. It needs the first factor."""
    try:
        account, _ = await second_factor.of_ticket(ticket_of(request))
        await factor_recovery.request(account)
    except Gone:
        return see_other("/login")
    except (Refused, Forbidden, TooMany) as error:
        return invalid(request, ASK, Form({}), error, staff=account.role != "member", asked=False)
    return see_other("/login/recovery?asked")


@get("/recover/{token:str}", name="accounts:recover-link", opt={"who": ANYONE})
async def recovery_link_page(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Show what the link can do now. Opening it changes nothing, since mail scanners open links."""
    try:
        recovery = await factor_recovery.of_token(token)
    except Gone:
        return expired_link(request, "recovery")
    return page(request, FOLLOW, form=Form({}), recovery=recovery)


@post("/recover/{token:str}", opt={"who": ANYONE})
async def follow_recovery_link(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    form = Form(await posted_fields(request))
    try:
        recovery = await factor_recovery.of_token(token)
        if form.flag("stop"):
            await factor_recovery.stop(recovery.member)
            return see_other("/recovered/stopped")
        await factor_recovery.finish(token)
    except Gone:
        return expired_link(request, "recovery")
    except Refused as error:
        return invalid(request, FOLLOW, form, error, recovery=recovery)
    return see_other("/recovered/removed")


@get("/recovered/{what:str}", name="accounts:recovered", opt={"who": ANYONE})
async def recovered_page(request: AnyRequest, what: FromPath[str]) -> Response[Any]:
    return page(request, "people/accounts/recovered.html", stopped=what == "stopped")


@post("/settings/security/recovery/stop", name="accounts:recover-stop", opt={"who": MEMBER})
async def stop_recovery(request: AnyRequest) -> Response[Any]:
    await factor_recovery.stop(signed_in(request).id)
    return see_other("/settings/security?stopped#second")


handlers: list[object] = [
    second_page,
    second,
    passkey_options,
    passkey_sign_in_options,
    sign_in_by_passkey,
    recovery_page,
    ask_for_recovery,
    recovery_link_page,
    follow_recovery_link,
    recovered_page,
    stop_recovery,
]
