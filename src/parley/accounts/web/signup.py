"""Becoming a member: sign up, then confirm the address."""

from litestar import Response, get, post
from litestar.params import FromPath

from parley.accounts import ops, queries, tokens
from parley.accounts.forms import SignUpForm
from parley.accounts.web.common import client_of, member_of, mistaken, next_of, see_other, used_up
from parley.core.errors import Gone, Refused, TooMany
from parley.core.http.access import ANYONE, MEMBER, AnyRequest, viewer_of
from parley.core.http.forms import Form, posted
from parley.core.http.pages import leading_back, page


@get("/signup", name="accounts:sign-up", opt={"who": ANYONE})
async def sign_up_page(request: AnyRequest) -> Response[object]:
    if viewer_of(request) is not None:
        return _already_in(request)
    return page(request, "accounts/signup.html", form=Form({}), next_url=next_of(request))


@post("/signup", opt={"who": ANYONE})
async def sign_up(request: AnyRequest) -> Response[object]:
    form = SignUpForm({"next": request.query_params.get("next"), **await posted(request)})
    if form.errors:
        return mistaken(request, "accounts/signup.html", form, next_url=form.next)
    try:
        signed_in = await ops.sign_up(
            name=form.name,
            email=form.email,
            password=form.password,
            client=client_of(request),
            next_url=form.next,
            zone=form.zone,
        )
    except Refused as refusal:
        form.errors["name"] = str(refusal)
        return mistaken(request, "accounts/signup.html", form, next_url=form.next)
    except TooMany as error:
        return mistaken(request, "accounts/signup.html", form, error, next_url=form.next)
    return see_other(leading_back("/signup/done", form.next), signed_in)


@get("/signup/done", name="accounts:signed-up", opt={"who": ANYONE})
async def signed_up_page(request: AnyRequest) -> Response[object]:
    viewer = viewer_of(request)
    if viewer is not None and viewer.verified:
        return _already_in(request)
    again = "again" in request.query_params
    return page(request, "accounts/signup_done.html", next_url=next_of(request), again=again)


def _already_in(request: AnyRequest) -> Response[object]:
    """Lead a member on: to where they came from or, before they confirmed their address, to what is left to do."""
    viewer, next_url = member_of(request), next_of(request)
    return see_other(next_url if viewer.verified else leading_back("/signup/done", next_url))


@post("/verify", opt={"who": MEMBER})
async def verify_again(request: AnyRequest) -> Response[object]:
    """Another mail with the link, for whoever did not get the first."""
    next_url = next_of(request)
    await ops.send_verification(member_of(request).id, next_url)
    return see_other(leading_back("/signup/done?again", next_url))


@get("/verify/{token:str}", name="accounts:verify", opt={"who": ANYONE})
async def verify_page(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    """One button. Mail scanners open links, so opening one changes nothing."""
    if await queries.token_owner(tokens.digest(token), "verify") is None:
        return used_up(request, "verify")
    return page(request, "accounts/verify.html")


@post("/verify/{token:str}", opt={"who": ANYONE})
async def verify(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    try:
        await ops.verify(token)
    except Gone:
        return used_up(request, "verify")
    return see_other(leading_back("/verify/done", next_of(request)))


@get("/verify/done", name="accounts:verified", opt={"who": ANYONE})
async def verified_page(request: AnyRequest) -> Response[object]:
    return page(request, "accounts/verified.html", next_url=next_of(request))


handlers: list[object] = [
    sign_up_page,
    sign_up,
    signed_up_page,
    verify_again,
    verify_page,
    verify,
    verified_page,
]
