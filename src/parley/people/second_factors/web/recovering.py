"""Recovery of an account whose member lost every second factor."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from parley.people.second_factors import factor_recovery, second_factor
from parley.people.sign_in.web.common import expired_link, invalid, see_other, ticket_of
from parley.platform.errors import Forbidden, Gone, Refused, TooMany
from parley.platform.http.access import ANYONE, MEMBER, AnyRequest, signed_in
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page

ASK, FOLLOW = "people/accounts/recover.html", "people/accounts/recover_link.html"


@get("/login/recovery", name="accounts:recover", opt={"who": ANYONE})
async def ask_page(request: AnyRequest) -> Response[Any]:
    try:
        account, _ = await second_factor.of_ticket(ticket_of(request))
    except Gone:
        return see_other("/login")
    return page(request, ASK, form=Form({}), staff=account.role != "member", asked="asked" in request.query_params)


@post("/login/recovery", opt={"who": ANYONE})
async def ask(request: AnyRequest) -> Response[Any]:
    """Begin it. Only who gave the first factor gets here."""
    ticket = ticket_of(request)
    try:
        account, _ = await second_factor.of_ticket(ticket)
    except Gone:
        return see_other("/login")
    try:
        await factor_recovery.request(ticket)
    except (Refused, Forbidden, TooMany) as error:
        return invalid(request, ASK, Form({}), error, staff=account.role != "member", asked=False)
    return see_other("/login/recovery?asked")


@get("/recover/{token:str}", name="accounts:recover-link", opt={"who": ANYONE})
async def link_page(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Show what the link can do now. Opening it changes nothing, since mail scanners open links."""
    try:
        recovery = await factor_recovery.of_token(token)
    except Gone:
        return expired_link(request, "recovery")
    return page(request, FOLLOW, form=Form({}), recovery=recovery)


@post("/recover/{token:str}", opt={"who": ANYONE})
async def follow_link(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
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
async def done_page(request: AnyRequest, what: FromPath[str]) -> Response[Any]:
    return page(request, "people/accounts/recovered.html", stopped=what == "stopped")


@post("/settings/security/recovery/stop", name="accounts:recover-stop", opt={"who": MEMBER})
async def stop(request: AnyRequest) -> Response[Any]:
    await factor_recovery.stop(signed_in(request).id)
    return see_other("/settings/security?stopped")


handlers: list[object] = [ask_page, ask, link_page, follow_link, done_page, stop]
