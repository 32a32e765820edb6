"""Becoming a member: sign up, then confirm the address."""

from litestar import Response, get, post
from litestar.params import FromPath

from parley.accounts import ops, queries, tokens
from parley.accounts.forms import SignUpForm
from parley.accounts.web.common import AnyRequest, client_of, member_of, mistaken, see_other
from parley.core.access import ANYONE, MEMBER
from parley.core.errors import Gone, Refused, TooMany
from parley.core.forms import Form, posted
from parley.core.pages import page


@get("/signup", name="accounts:sign-up", opt={"who": ANYONE})
async def sign_up_page(request: AnyRequest) -> Response[object]:
    return page(request, "accounts/signup.html", form=Form({}))


@post("/signup", opt={"who": ANYONE})
async def sign_up(request: AnyRequest) -> Response[object]:
    form = SignUpForm(await posted(request))
    if form.errors:
        return mistaken(request, "accounts/signup.html", form)
    try:
        signed_in = await ops.sign_up(
            name=form.name, email=form.email, password=form.password, client=client_of(request)
        )
    except Refused as refusal:
        form.errors["name"] = str(refusal)
        return mistaken(request, "accounts/signup.html", form)
    except TooMany as error:
        return mistaken(request, "accounts/signup.html", form, error)
    return see_other("/signup/done", signed_in)


@get("/signup/done", name="accounts:signed-up", opt={"who": ANYONE})
async def signed_up_page(request: AnyRequest) -> Response[object]:
    return page(request, "accounts/signup_done.html")


@post("/verify", opt={"who": MEMBER})
async def verify_again(request: AnyRequest) -> Response[object]:
    """Another mail with the link, for whoever did not get the first."""
    await ops.send_verification(member_of(request).id)
    return see_other("/signup/done")


@get("/verify/{token:str}", name="accounts:verify", opt={"who": ANYONE})
async def verify_page(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    """One button. Mail scanners open links, so opening one changes nothing."""
    if await queries.token_owner(tokens.digest(token), "verify") is None:
        raise Gone(ops.USED_UP)
    return page(request, "accounts/verify.html")


@post("/verify/{token:str}", opt={"who": ANYONE})
async def verify(token: FromPath[str]) -> Response[object]:
    await ops.verify(token)
    return see_other("/verify/done")


@get("/verify/done", name="accounts:verified", opt={"who": ANYONE})
async def verified_page(request: AnyRequest) -> Response[object]:
    return page(request, "accounts/verified.html")


handlers: list[object] = [
    sign_up_page,
    sign_up,
    signed_up_page,
    verify_again,
    verify_page,
    verify,
    verified_page,
]
