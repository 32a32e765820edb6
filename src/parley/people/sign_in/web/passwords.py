"""Forgotten passwords: ask for a link, then set a new password by it."""

from litestar import Response, get, post
from litestar.params import FromPath

from parley.people.accounts import queries, tokens
from parley.people.sign_in import password_ops
from parley.people.sign_in.forms import ResetForm
from parley.people.sign_in.web.common import client_of, expired_link, invalid, mail_link, next_of, see_other
from parley.platform.errors import Gone
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page


@get("/forgot", name="accounts:forgot", opt={"who": ANYONE})
async def forgot_page(request: AnyRequest) -> Response[object]:
    return page(request, "people/accounts/forgot.html", form=Form({}), next_url=next_of(request))


@post("/forgot", opt={"who": ANYONE})
async def forgot(request: AnyRequest) -> Response[object]:
    return await mail_link(request, "people/accounts/forgot.html", password_ops.forgot, "/forgot/done")


@get("/forgot/done", name="accounts:reset-sent", opt={"who": ANYONE})
async def forgot_sent_page(request: AnyRequest) -> Response[object]:
    return page(request, "people/accounts/forgot_sent.html", next_url=next_of(request))


@get("/reset/{token:str}", name="accounts:reset", opt={"who": ANYONE})
async def reset_page(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    if await queries.token_owner(tokens.digest(token), "reset") is None:
        return expired_link(request, "reset")
    return page(request, "people/accounts/reset.html", form=Form({}))


@post("/reset/{token:str}", opt={"who": ANYONE})
async def reset(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    owner = await queries.token_owner(tokens.digest(token), "reset")
    if owner is None:
        return expired_link(request, "reset")
    form = ResetForm(await posted_fields(request), owner.name, owner.email)
    await form.ask_service("password", form.password)
    if form.errors:
        return invalid(request, "people/accounts/reset.html", form)
    try:
        signed_in = await password_ops.reset(token, form.password, client_of(request))
    except Gone:
        return expired_link(request, "reset")
    return see_other(next_of(request), signed_in)


handlers: list[object] = [forgot_page, forgot, forgot_sent_page, reset_page, reset]
