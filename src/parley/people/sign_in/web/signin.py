"""Signing in and out, signing in by a mailed link, and setting a new password by one."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.people.accounts import hooks, queries, sessions, tokens
from parley.people.accounts.rules import Suspended
from parley.people.accounts.viewer import viewer_of
from parley.people.sign_in import ops
from parley.people.sign_in.forms import AccountForm, SignInForm, member_words
from parley.people.sign_in.web.common import client_of, expired_link, invalid, mail_link, next_of, see_other
from parley.platform.errors import Forbidden, Gone, ParleyError, Refused, TooMany
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page

TEMPLATE = "people/accounts/login.html"


@get("/login", name="accounts:sign-in", opt={"who": ANYONE})
async def sign_in_page(request: AnyRequest) -> Response[object]:
    next_url = next_of(request)
    if viewer_of(request) is not None:
        return see_other(next_url)
    return page(request, TEMPLATE, form=Form({}), next_url=next_url)


@post("/login", opt={"who": ANYONE})
async def sign_in(request: AnyRequest) -> Response[object]:
    data = await posted_fields(request)
    form = SignInForm({"next": request.query_params.get("next"), **data})
    if form.errors:
        return invalid(request, TEMPLATE, form, next_url=form.next)
    try:
        signed_in = await ops.sign_in(
            login=form.login, password=form.password, client=client_of(request), answer=form.answer
        )
    except (Refused, Forbidden, TooMany) as error:
        return await refusal_page(request, form, error, form.next)
    return see_other(form.next, signed_in)


async def refusal_page(request: AnyRequest, form: Form, error: ParleyError, next_url: str) -> Response[object]:
    context = await _links(error) if isinstance(error, Suspended) else {}
    return invalid(request, TEMPLATE, form, error, next_url=next_url, **context)


async def _links(error: Suspended) -> dict[str, Any]:
    """The pages where a suspended member can read why and appeal, and have their account erased."""
    appeal_at = [await hook(error.member) for hook in hooks.where_to_appeal]
    leave_at = [await hook(error.member) for hook in hooks.where_to_leave]
    return {"appeal_at": next(iter(appeal_at), None), "leave_at": next(iter(leave_at), None)}


@post("/logout", name="accounts:sign-out", opt={"who": ANYONE})
async def sign_out(request: AnyRequest) -> Response[object]:
    """End the session, and have the browser delete its cached pages. Drafts stay."""
    viewer = viewer_of(request)
    if viewer is None:
        return see_other("/")
    await ops.sign_out(viewer)
    headers = {"Clear-Site-Data": '"cache"'}
    return Redirect("/", status_code=303, headers=headers, cookies=[sessions.cookie("")])


@get("/login/link", name="accounts:sign-in-link", opt={"who": ANYONE})
async def link_page(request: AnyRequest) -> Response[object]:
    return page(request, "people/accounts/login_link.html", form=Form({}), next_url=next_of(request))


@post("/login/link", opt={"who": ANYONE})
async def request_link(request: AnyRequest) -> Response[object]:
    return await mail_link(request, "people/accounts/login_link.html", "login", "/login/link/done")


@get("/login/link/done", name="accounts:sign-in-link-sent", opt={"who": ANYONE})
async def link_sent_page(request: AnyRequest) -> Response[object]:
    return page(request, "people/accounts/login_link_sent.html", next_url=next_of(request))


@get("/login/{token:str}", name="accounts:sign-in-by-link", opt={"who": ANYONE})
async def sign_in_by_link_page(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    """Show a button. Opening a link changes nothing, since mail scanners open links."""
    if await queries.token_owner(tokens.digest(token), "login") is None:
        return expired_link(request, "login")
    return page(request, "people/accounts/login_by_link.html")


@post("/login/{token:str}", opt={"who": ANYONE})
async def sign_in_by_link(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    try:
        signed_in = await ops.sign_in_by_link(token, client_of(request))
    except Gone:
        return expired_link(request, "login")
    return see_other(next_of(request), signed_in)


@get("/forgot", name="accounts:forgot", opt={"who": ANYONE})
async def forgot_page(request: AnyRequest) -> Response[object]:
    return page(request, "people/accounts/forgot.html", form=Form({}), next_url=next_of(request))


@post("/forgot", opt={"who": ANYONE})
async def forgot(request: AnyRequest) -> Response[object]:
    return await mail_link(request, "people/accounts/forgot.html", "reset", "/forgot/done")


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
    form = AccountForm(await posted_fields(request))
    password = form.new_secret("password", member_words(owner.name, owner.email))
    await form.ask_service("password", password)
    if form.errors:
        return invalid(request, "people/accounts/reset.html", form)
    try:
        signed_in = await ops.reset(token, password, client_of(request))
    except Gone:
        return expired_link(request, "reset")
    return see_other(next_of(request), signed_in)


handlers: list[object] = [
    sign_in_page,
    sign_in,
    sign_out,
    link_page,
    request_link,
    link_sent_page,
    sign_in_by_link_page,
    sign_in_by_link,
    forgot_page,
    forgot,
    forgot_sent_page,
    reset_page,
    reset,
]
