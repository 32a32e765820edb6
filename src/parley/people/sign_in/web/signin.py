"""Signing in and out."""

from litestar import Response, get, post
from litestar.response import Redirect

from parley.people.accounts import hooks, sessions
from parley.people.accounts.proof_of_work import ProofOfWorkNeeded
from parley.people.accounts.rules import Suspended
from parley.people.sign_in import ops
from parley.people.sign_in.forms import SignInForm
from parley.people.sign_in.web.common import client_of, invalid, next_of, see_other
from parley.platform.errors import Forbidden, ParleyError, Refused, TooMany
from parley.platform.http.access import ANYONE, AnyRequest, viewer_of
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
    """The page of signing in again, with what is wrong."""
    context = await _links(error) if isinstance(error, Suspended) else {}
    if isinstance(error, ProofOfWorkNeeded):
        context = {"challenge": error.challenge}
    return invalid(request, TEMPLATE, form, error, next_url=next_url, **context)


async def _links(error: Suspended) -> dict[str, str | None]:
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


handlers: list[object] = [sign_in_page, sign_in, sign_out]
