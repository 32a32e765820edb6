"""Signing in by a mailed link."""

from litestar import Response, get, post
from litestar.params import FromPath

from parley.people.accounts import queries, tokens
from parley.people.sign_in import link_ops
from parley.people.sign_in.web.common import client_of, expired_link, mail_link, next_of, see_other
from parley.platform.errors import Gone
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.forms import Form
from parley.platform.http.pages import page


@get("/login/link", name="accounts:sign-in-link", opt={"who": ANYONE})
async def link_page(request: AnyRequest) -> Response[object]:
    return page(request, "people/accounts/login_link.html", form=Form({}), next_url=next_of(request))


@post("/login/link", opt={"who": ANYONE})
async def request_link(request: AnyRequest) -> Response[object]:
    return await mail_link(request, "people/accounts/login_link.html", link_ops.mail_link, "/login/link/done")


@get("/login/link/done", name="accounts:sign-in-link-sent", opt={"who": ANYONE})
async def sent_page(request: AnyRequest) -> Response[object]:
    return page(request, "people/accounts/login_link_sent.html", next_url=next_of(request))


@get("/login/{token:str}", name="accounts:sign-in-by-link", opt={"who": ANYONE})
async def sign_in_page(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    """Show a button. Opening a link changes nothing, since mail scanners open links."""
    if await queries.token_owner(tokens.digest(token), "login") is None:
        return expired_link(request, "login")
    return page(request, "people/accounts/login_by_link.html")


@post("/login/{token:str}", opt={"who": ANYONE})
async def sign_in(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    try:
        signed_in = await link_ops.sign_in(token, client_of(request))
    except Gone:
        return expired_link(request, "login")
    return see_other(next_of(request), signed_in)


handlers: list[object] = [link_page, request_link, sent_page, sign_in_page, sign_in]
