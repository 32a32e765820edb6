"""Signing up, and confirming the address."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from parley.people.account_settings import by_hand, signup_ops
from parley.people.accounts import hooks, joining, mailed_links, queries, tokens
from parley.people.accounts.proof_of_work import ProofOfWorkNeeded
from parley.people.accounts.viewer import signed_in, viewer_of
from parley.people.sign_in.forms import AccountForm, MessageForm, SignUpForm
from parley.people.sign_in.web.common import OTHER_ACCOUNT, client_of, expired_link, invalid, next_of, see_other
from parley.platform.errors import Forbidden, Gone, Refused, TooMany
from parley.platform.http.access import ANYONE, MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.http.return_paths import leading_back

TEMPLATE, BY_HAND = "people/accounts/signup.html", "people/accounts/signup_by_hand.html"


@get("/signup", name="accounts:sign-up", opt={"who": ANYONE})
async def sign_up_page(request: AnyRequest) -> Response[object]:
    if viewer_of(request) is not None:
        return _already_in(request)
    invitation, next_url = request.query_params.get("invitation", ""), next_of(request)
    terms = await terms_of(invitation)
    if not terms.lets_in:
        return page(request, "people/accounts/signup_closed.html", terms=terms, next_url=next_url)
    form = Form({"invitation": invitation})
    return page(request, TEMPLATE, form=form, terms=terms, opened=joining.opening_time(), next_url=next_url)


async def terms_of(invitation: str) -> joining.Terms:
    """Who may sign up with this invitation, which may be empty."""
    for hook in hooks.terms_of:
        return await hook(invitation if invitation.isprintable() else "")
    return joining.Terms()


@post("/signup", opt={"who": ANYONE})
async def sign_up(request: AnyRequest) -> Response[object]:
    form = SignUpForm({"next": request.query_params.get("next"), **await posted_fields(request)})
    await form.ask_service("password", form.password)
    shown: dict[str, Any] = {
        "terms": await terms_of(form.invitation),
        "opened": joining.opening_time(),
        "next_url": form.next,
    }
    if form.errors:
        return invalid(request, TEMPLATE, form, **shown)
    given: dict[str, Any] = {
        "name": form.name,
        "email": form.email,
        "password": form.password,
        "client": client_of(request),
        "next_url": form.next,
        "zone": form.zone,
    }
    try:
        if form.by_hand and shown["terms"].lets_in:
            await by_hand.mail_link(**given, invitation=form.invitation)
            return see_other("/signup/done?by_hand")
        started = await signup_ops.sign_up(**given, context=form.context)
    except (joining.NotAdmitted, TooMany) as error:
        return invalid(request, TEMPLATE, form, error, **shown)
    except Refused as error:
        return invalid(request, TEMPLATE, form, error, "name", **shown)
    return see_other(leading_back("/signup/done", form.next), started)


@get("/signup/done", name="accounts:signed-up", opt={"who": ANYONE})
async def signed_up_page(request: AnyRequest) -> Response[object]:
    viewer = viewer_of(request)
    if viewer is not None and viewer.verified:
        return _already_in(request)
    shown: dict[str, Any] = {name: name in request.query_params for name in ("again", "by_hand")}
    return page(request, "people/accounts/signup_done.html", form=Form({}), next_url=next_of(request), **shown)


@get("/signup/{token:str}", name="accounts:sign-up-by-hand", opt={"who": ANYONE})
async def by_hand_page(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    """Show a button. Opening a link changes nothing, since mail scanners open links."""
    try:
        newcomer = by_hand.read(token)
    except Gone:
        return expired_link(request, "signup")
    return page(request, BY_HAND, form=Form({}), name=newcomer.name)


@post("/signup/{token:str}", opt={"who": ANYONE})
async def sign_up_by_hand(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    form = MessageForm(await posted_fields(request))
    try:
        newcomer = by_hand.read(token)
        if form.errors:
            return invalid(request, BY_HAND, form, name=newcomer.name)
        signed_in = await by_hand.sign_up(token, form.message, client_of(request))
    except Gone:
        return expired_link(request, "signup")
    except (Refused, TooMany) as error:
        return invalid(request, BY_HAND, form, error, name=newcomer.name)
    return see_other(leading_back("/verify/done?waits", newcomer.next_url), signed_in)


def _already_in(request: AnyRequest) -> Response[object]:
    """Redirect a member to where they came from, or to the next step if their address is not confirmed yet."""
    viewer, next_url = signed_in(request), next_of(request)
    return see_other(next_url if viewer.verified else leading_back("/signup/done", next_url))


@post("/verify", opt={"who": MEMBER})
async def verify_again(request: AnyRequest) -> Response[object]:
    next_url, form = next_of(request), AccountForm(await posted_fields(request))
    answer = form.secret("answer")
    try:
        await signup_ops.send_verification(signed_in(request).id, client_of(request), next_url, answer=answer)
    except ProofOfWorkNeeded as error:
        return invalid(
            request, "people/accounts/signup_done.html", form, error, next_url=next_url, again=False, by_hand=False
        )
    return see_other(leading_back("/signup/done?again", next_url))


@get("/verify/{token:str}", name="accounts:verify", opt={"who": ANYONE})
async def verify_page(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    """Show a button. Opening a link changes nothing, since mail scanners open links."""
    try:
        owner = await _owner(request, token)
    except Gone:
        return expired_link(request, "verify")
    return page(request, "people/accounts/verify.html", name=owner.name)


@post("/verify/{token:str}", opt={"who": ANYONE})
async def verify(request: AnyRequest, token: FromPath[str]) -> Response[object]:
    try:
        await _owner(request, token)
        member = await queries.account(await signup_ops.verify(token))
    except Gone:
        return expired_link(request, "verify")
    waits = member is not None and member.state == "unverified"
    return see_other(leading_back("/verify/done?waits" if waits else "/verify/done", next_of(request)))


async def _owner(request: AnyRequest, token: str) -> queries.LinkOwner:
    """Return whose address a link confirms. Raises Gone for an old link.

    Only its signed-in member confirms an account without a password: a new password would not keep out somebody who
    signed up with another person's address. Raises SignInNeeded or Forbidden for others.
    """
    owner = await queries.token_owner(tokens.digest(token), "verify")
    if owner is None:
        raise Gone(mailed_links.EXPIRED)
    if not owner.has_password and signed_in(request).id != owner.id:
        raise Forbidden(OTHER_ACCOUNT)
    return owner


@get("/verify/done", name="accounts:verified", opt={"who": ANYONE})
async def verified_page(request: AnyRequest) -> Response[object]:
    return page(
        request, "people/accounts/verified.html", next_url=next_of(request), waits="waits" in request.query_params
    )


handlers: list[object] = [
    sign_up_page,
    sign_up,
    signed_up_page,
    by_hand_page,
    sign_up_by_hand,
    verify_again,
    verify_page,
    verify,
    verified_page,
]
