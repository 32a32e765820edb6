"""Signing in and up with an account at another site. The provider sends the browser back to `/sso/{provider}/back`."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.people.account_settings.web.signup import terms_of
from parley.people.accounts import addresses, names, proof_of_work, queries, tokens
from parley.people.accounts.joining import SignUpContext
from parley.people.accounts.proof_of_work import ProofOfWorkNeeded
from parley.people.accounts.viewer import viewer_of
from parley.people.second_factors import step_up
from parley.people.second_factors.web.proving import to_prove
from parley.people.sign_in import devices, sign_in_limits
from parley.people.sign_in.authentication import Client
from parley.people.sign_in.forms import AccountForm, zone_of
from parley.people.sign_in.web.common import client_of, invalid, next_of, see_other
from parley.people.sign_in.web.signin import refusal_page
from parley.people.sso import openid, ops, pending, publisher
from parley.people.sso.claims import Claims, NotTrusted
from parley.people.sso.http import NoAnswer
from parley.people.sso.links import LINKS, end_link
from parley.people.sso.pending import Newcomer, PendingSignIn
from parley.platform import ratelimit
from parley.platform.errors import Forbidden, NotFound, ParleyError, Refused, TooMany
from parley.platform.http import cookies
from parley.platform.http.access import ANYONE, AnyRequest, require_confirmed_address
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.http.return_paths import leading_back
from parley.platform.limit import Use
from parley.platform.providers import Provider
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

AnyResponse = TypeVar("AnyResponse", bound=Response[Any])

NEW, PROOF = "people/sso/new.html", "people/sso/proof.html"
# The field of the browser's answer to a challenge, beside those of the provider's.
ANSWER = "answer"
# Where the link was, as browsers name it: on our own pages, or nowhere (the address was typed).
OURS = {"same-origin", "none"}
# A sign-in for a discussion on a publisher's page, whose window must keep its opener (security_headers.py).
EMBEDDED = "/embed/login"
MOST_SECONDS = 15
KEEPS_OPENER = {"Cross-Origin-Opener-Policy": "unsafe-none"}

STALE = N_("This sign-in was begun in another window or too long ago. Please begin again.")
MANY_ANSWERS = N_(
    "Too many sign-ins at other sites went wrong from your network. Please press Continue: your browser then does a "
    "short calculation first. Or sign in by a link that we mail to you."
)
AWAY = N_("{provider} cannot be reached at the moment. Please try again later, or sign in another way.")


class NewcomerForm(AccountForm):
    """A name and, unless the provider's address counts as confirmed, an address."""

    def __init__(self, data: Mapping[str, Any], *, is_vouched: bool) -> None:
        super().__init__(data)
        self.name = self.read("name", names.name)
        self.email = ""
        if not is_vouched:
            self.email = self.read("email", addresses.address)
        self.zone = zone_of(self.secret("zone"))


@get("/sso/{provider:str}", name="sso:begin", opt={"who": ANYONE})
async def begin(request: AnyRequest, provider: FromPath[str]) -> Response[Any]:
    """Send the browser to a provider. A link on another site leads to the sign-in page instead."""
    chosen, next_url = _provider(provider), next_of(request)
    if request.headers.get("sec-fetch-site", "none") not in OURS:
        return see_other(leading_back("/login", next_url))
    viewer = viewer_of(request) if "connect" in request.query_params else None
    if viewer is not None:
        require_confirmed_address(viewer)
        if not await step_up.is_proven(viewer):
            return to_prove(LINKS.path)
    attempt = pending.begin(provider, next_url, member=viewer.id if viewer else None, invitation=_invitation(request))
    try:
        address = await _address(provider, chosen, attempt)
    except NoAnswer as error:
        return await _refusal_page(request, attempt, _for_reader(chosen, error))
    cookie = pending.cookie(pending.seal(attempt))
    return _keeping_opener(Redirect(address, status_code=303, cookies=[cookie]), next_url)


def _keeping_opener(answer: AnyResponse, next_url: str) -> AnyResponse:
    if next_url.startswith(EMBEDDED):
        answer.headers.update(KEEPS_OPENER)
    return answer


async def _address(key: str, provider: Provider, attempt: PendingSignIn) -> str:
    if provider.issuer:
        async with _time_limit(provider):
            return await openid.address(provider, attempt, _redirect_uri(key))
    return publisher.address(provider, attempt, _redirect_uri(key))


@asynccontextmanager
async def _time_limit(provider: Provider) -> AsyncIterator[None]:
    """Limit the time that one request of ours spends on a provider. Raises NoAnswer."""
    try:
        async with asyncio.timeout(MOST_SECONDS):
            yield
    except TimeoutError:
        raise NoAnswer(f"{provider.source} takes longer than {MOST_SECONDS} seconds") from None


@get("/sso/{provider:str}/back", name="sso:back", opt={"who": ANYONE})
async def back(request: AnyRequest, provider: FromPath[str]) -> Response[Any]:
    """Handle the provider's answer: sign in, connect, or ask for a name."""
    chosen = _provider(provider)
    attempt = pending.unseal(request.cookies.get(cookies.name(pending.COOKIE), ""), PendingSignIn, provider)
    try:
        claims = await _claims(request, provider, chosen, attempt)
        return await _finish(request, provider, chosen, attempt, claims)  # type: ignore[arg-type] # _claims checked it
    except ProofOfWorkNeeded as error:
        return _ask_for_proof(request, attempt, error)  # type: ignore[arg-type] # as above
    except (Refused, Forbidden, TooMany, NoAnswer) as error:
        return await _refusal_page(request, attempt, _for_reader(chosen, error))


async def _claims(request: AnyRequest, key: str, provider: Provider, attempt: PendingSignIn | None) -> Claims:
    """Who signed in at the provider. Each attempt is answered once. Raises Refused, NoAnswer, TooMany."""
    query = {name: request.query_params.get(name, "") for name in request.query_params}
    if attempt is None:
        raise Refused(STALE)
    is_ours = openid.is_answer(attempt, query) if provider.issuer else publisher.is_answer(provider, attempt, query)
    if not is_ours:
        raise Refused(STALE)
    taken = await _take_allowance(client_of(request), attempt, query.get(ANSWER, ""))
    if not await pending.use(attempt):
        raise Refused(STALE)
    if provider.issuer:
        async with _time_limit(provider):
            claims = await openid.read(provider, attempt, query, _redirect_uri(key))
    else:
        claims = publisher.read(provider, query)
    await sign_in_limits.give_back(taken)
    return claims


async def _take_allowance(client: Client, attempt: PendingSignIn, answer: str) -> Sequence[Use]:
    """Take the allowance of one answer, which may be wrong. A browser that signed in before has its own.

    Raises ProofOfWorkNeeded, TooMany.
    """
    number = devices.member_of(client.device)
    account = await queries.account(number) if number else None
    if account is not None and devices.is_recognised(client.device, account.id, account.password_hash):
        of_device = [Use(ratelimit.PROVIDER_DEVICE, client.device)]
        await ratelimit.take_all(of_device)
        return of_device
    steps = [ratelimit.of_source(limit, client.source) for limit in ratelimit.PROVIDER_HOST]
    bits = await proof_of_work.bits_of(answer, attempt.state)
    return await proof_of_work.take(steps, key=attempt.state, bits=bits, why=MANY_ANSWERS)


def _ask_for_proof(request: AnyRequest, attempt: PendingSignIn, error: ProofOfWorkNeeded) -> Response[Any]:
    """Show a form that sends the provider's answer again, with that of the browser."""
    fields = [(name, value) for name, value in request.query_params.multi_items() if name != ANSWER]
    return _keeping_opener(
        invalid(request, PROOF, Form({}), error, fields=fields, next_url=attempt.next_url), attempt.next_url
    )


async def _finish(
    request: AnyRequest, key: str, provider: Provider, attempt: PendingSignIn, claims: Claims
) -> Response[Any]:
    client = client_of(request)
    if attempt.member is not None:
        if client.viewer is None or client.viewer.id != attempt.member:
            raise Refused(N_("You are signed in as somebody else now, so nothing was connected."))
        await ops.connect(attempt.member, provider, claims)
        return _without_cookie(LINKS.saved())
    signed_in = await ops.sign_in(provider, claims, client)
    if signed_in is not None:
        return _without_cookie(_keeping_opener(see_other(attempt.next_url, signed_in), attempt.next_url))
    newcomer = pending.newcomer(attempt, claims)
    answer = see_other(f"/sso/{key}/signup")
    answer.set_cookie(pending.cookie(pending.seal(newcomer)))
    return _keeping_opener(answer, attempt.next_url)


@get("/sso/{provider:str}/signup", name="sso:sign-up-form", opt={"who": ANYONE})
async def sign_up_page(request: AnyRequest, provider: FromPath[str]) -> Response[Any]:
    """Ask a newcomer for a name, and propose the one that they have at the provider."""
    chosen, newcomer = _provider(provider), _newcomer(request, provider)
    if newcomer is None:
        return see_other("/login")
    terms = await terms_of(newcomer.invitation)
    if not terms.lets_in:
        return page(request, "people/accounts/signup_closed.html", terms=terms, next_url=newcomer.next_url)
    form = Form({"name": newcomer.claims.name, "email": newcomer.claims.email})
    return _keeping_opener(
        page(request, NEW, form=form, **_page_context(provider, chosen, newcomer)), newcomer.next_url
    )


@post("/sso/{provider:str}/signup", name="sso:sign-up", opt={"who": ANYONE})
async def sign_up(request: AnyRequest, provider: FromPath[str]) -> Response[Any]:
    chosen, newcomer = _provider(provider), _newcomer(request, provider)
    if newcomer is None:
        return await _refusal_page(request, None, Refused(STALE))
    shown = _page_context(provider, chosen, newcomer)
    form = NewcomerForm(await posted_fields(request), is_vouched=shown["is_vouched"])
    if form.errors:
        return _keeping_opener(invalid(request, NEW, form, **shown), newcomer.next_url)
    who = {"name": form.name, "email": form.email, "zone": form.zone, "next_url": newcomer.next_url}
    context = SignUpContext(invitation=newcomer.invitation)
    try:
        signed_in = await ops.sign_up(chosen, newcomer.claims, client=client_of(request), context=context, **who)
    except (Refused, TooMany) as error:
        return _keeping_opener(invalid(request, NEW, form, error, **shown), newcomer.next_url)
    done = newcomer.next_url if shown["is_vouched"] else leading_back("/signup/done", newcomer.next_url)
    return _without_cookie(_keeping_opener(see_other(done, signed_in), newcomer.next_url))


def _provider(key: str) -> Provider:
    chosen = settings().providers.get(key)
    if chosen is None:
        raise NotFound
    return chosen


def _invitation(request: AnyRequest) -> str:
    token = request.query_params.get("invitation", "")
    return token if tokens.FORMAT.fullmatch(token) else ""


def _redirect_uri(key: str) -> str:
    return f"{settings().base_url}/sso/{key}/back"


def _newcomer(request: AnyRequest, key: str) -> Newcomer | None:
    return pending.unseal(request.cookies.get(cookies.name(pending.COOKIE), ""), Newcomer, key)


def _page_context(key: str, provider: Provider, newcomer: Newcomer) -> dict[str, Any]:
    is_vouched = ops.is_vouched(provider, newcomer.claims)
    return {"provider": provider, "key": key, "email": newcomer.claims.email, "is_vouched": is_vouched}


def _for_reader(provider: Provider, error: ParleyError | NoAnswer) -> ParleyError:
    """The error for the reader. The reason is for the operator."""
    if isinstance(error, NotTrusted):
        log.warning("provider not trusted", source=provider.source, reason=error.reason)
    if isinstance(error, NoAnswer):
        log.warning("provider not reached", source=provider.source, reason=str(error))
        return Refused(
            AWAY,
            provider=provider.name,
        )
    return error


async def _refusal_page(request: AnyRequest, attempt: PendingSignIn | None, error: ParleyError) -> Response[Any]:
    return await refusal_page(request, Form({}), error, attempt.next_url if attempt else "/")


def _without_cookie(answer: Redirect) -> Redirect:
    answer.set_cookie(pending.cookie(""))
    return answer


handlers: list[object] = [begin, back, sign_up_page, sign_up, end_link]
