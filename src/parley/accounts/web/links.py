"""Signing in by a mailed link."""

import asyncio

from litestar import Response, get, post
from litestar.params import FromPath

from parley.accounts import link_ops, queries, tokens
from parley.accounts.forms import ForgotForm
from parley.accounts.web.common import client_of, expired_link, invalid, next_of, see_other
from parley.accounts.web.passwords import ANSWER_SECONDS
from parley.core.errors import Gone, TooMany
from parley.core.http.access import ANYONE, AnyRequest
from parley.core.http.forms import Form, posted
from parley.core.http.pages import leading_back, page


@get("/login/link", name="accounts:sign-in-link", opt={"who": ANYONE})
async def link_page(request: AnyRequest) -> Response[object]:
    return page(request, "accounts/login_link.html", form=Form({}), next_url=next_of(request))


@post("/login/link", opt={"who": ANYONE})
async def request_link(request: AnyRequest) -> Response[object]:
    """Give the same answer after the same time, whether the address belongs to a member or not."""
    form = ForgotForm({"next": request.query_params.get("next"), **await posted(request)})
    if form.errors:
        return invalid(request, "accounts/login_link.html", form, next_url=form.next)
    try:
        sent = link_ops.mail_link(form.email, client_of(request), form.next)
        await asyncio.gather(sent, asyncio.sleep(ANSWER_SECONDS))
    except TooMany as error:
        return invalid(request, "accounts/login_link.html", form, error, next_url=form.next)
    return see_other(leading_back("/login/link/done", form.next))


@get("/login/link/done", name="accounts:sign-in-link-sent", opt={"who": ANYONE})
async def sent_page(request: AnyRequest) -> Response[object]:
    return page(request, "accounts/login_link_sent.html", next_url=next_of(request))


@get("/login/{token:str}", name="accounts:sign-in-by-link", opt={"who": ANYONE})
async def sign_in_page(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    """Show a button. Opening a link changes nothing, since mail scanners open links."""
    if await queries.token_owner(tokens.digest(token), "login") is None:
        return expired_link(request, "login")
    return page(request, "accounts/login_by_link.html")


@post("/login/{token:str}", opt={"who": ANYONE})
async def sign_in(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    try:
        signed_in = await link_ops.sign_in(token, client_of(request))
    except Gone:
        return expired_link(request, "login")
    return see_other(next_of(request), signed_in)


handlers: list[object] = [link_page, request_link, sent_page, sign_in_page, sign_in]
