"""Signing in and out."""

from litestar import Response, get, post
from litestar.response import Redirect

from parley.accounts import hooks, ops, sessions
from parley.accounts.forms import PasskeyForm, SignInForm
from parley.accounts.proof_of_work import ProofOfWorkNeeded
from parley.accounts.rules import Suspended
from parley.accounts.web.common import client_of, invalid, next_of, see_other
from parley.core.errors import Forbidden, Refused, TooMany
from parley.core.http.access import ANYONE, AnyRequest, viewer_of
from parley.core.http.forms import Form, posted
from parley.core.http.pages import page

TEMPLATE = "accounts/login.html"


@get("/login", name="accounts:sign-in", opt={"who": ANYONE})
async def sign_in_page(request: AnyRequest) -> Response[object]:
    next_url = next_of(request)
    if viewer_of(request) is not None:
        return see_other(next_url)
    return page(request, TEMPLATE, form=Form({}), next_url=next_url)


@post("/login", opt={"who": ANYONE})
async def sign_in(request: AnyRequest) -> Response[object]:
    data = await posted(request)
    form = SignInForm({"next": request.query_params.get("next"), **data})
    if form.errors:
        return invalid(request, TEMPLATE, form, next_url=form.next)
    try:
        signed_in = await ops.sign_in(
            login=form.login, password=form.password, client=client_of(request), answer=form.answer
        )
    except (Refused, Forbidden, TooMany) as error:
        return await refused(request, form, error)
    return see_other(form.next, signed_in)


async def refused(
    request: AnyRequest, form: SignInForm | PasskeyForm, error: Refused | Forbidden | TooMany
) -> Response[object]:
    """The page of signing in again, after it was refused."""
    links: dict[str, str | None] = {}
    if isinstance(error, Suspended):
        links = {"appeal_at": await _appeal_at(error), "leave_at": await _leave_at(error)}
    if isinstance(error, ProofOfWorkNeeded):
        links = {"challenge": error.challenge}
    return invalid(request, TEMPLATE, form, error, next_url=form.next, **links)


async def _appeal_at(error: Suspended) -> str | None:
    """The page where a suspended member can read why, and appeal."""
    for hook in hooks.where_to_appeal:
        return await hook(error.member)
    return None


async def _leave_at(error: Suspended) -> str | None:
    """The page where a suspended member can have their account erased."""
    for hook in hooks.where_to_leave:
        return await hook(error.member)
    return None


@post("/logout", name="accounts:sign-out", opt={"who": ANYONE})
async def sign_out(request: AnyRequest) -> Response[object]:
    """End the session, and have the browser delete its cached pages. Drafts stay."""
    viewer = viewer_of(request)
    if viewer is None:
        return see_other("/")
    await ops.sign_out(viewer)
    headers = {"Clear-Site-Data": '"cache"'}
    return Redirect("/", status_code=303, headers=headers, cookies=[sessions.cookie("")])


handlers: list[object] = [sign_in_page, sign_in, sign_out]
