"""What the account pages share."""

import asyncio
from typing import Any

from litestar import Response
from litestar.response import Redirect

from parley.people.accounts import mailed_links, queries, sessions
from parley.people.accounts.proof_of_work import ProofOfWorkNeeded
from parley.people.accounts.viewer import signed_in, viewer_of
from parley.people.sign_in import devices, sign_in_ticket
from parley.people.sign_in.authentication import Client, SecondFactorNeeded, SignedIn
from parley.people.sign_in.forms import ForgotForm
from parley.platform.errors import Gone, NotFound, ParleyError, Refused, TooMany
from parley.platform.http import cookies, fair_share
from parley.platform.http.access import AnyRequest, address_of
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.http.return_paths import leading_back, local_path
from parley.platform.text.messages import N_

# Longer than mailing a link takes, so that the time does not show whether one was mailed.
ANSWER_SECONDS = 0.15

OTHER_ACCOUNT = N_("This link is for another account. Sign in to that account, and open the link again.")


def client_of(request: AnyRequest) -> Client:
    agent = "".join(char for char in request.headers.get("user-agent", "") if char.isprintable())
    address, device = address_of(request), request.cookies.get(cookies.name(devices.COOKIE), "")
    return Client(agent=agent, address=address, viewer=viewer_of(request), device=device)


async def account_of(request: AnyRequest) -> queries.Account:
    account = await queries.account(signed_in(request).id)
    if account is None:
        raise NotFound(N_("This account no longer exists."))
    return account


def ticket_of(request: AnyRequest) -> str:
    """The ticket of a sign-in that lacks its second step (sign_in_ticket.py), or ""."""
    return request.cookies.get(cookies.name(sign_in_ticket.COOKIE), "")


def next_of(request: AnyRequest) -> str:
    """The path to go to in the end, from the address's `next`, or "/"."""
    return local_path(request.query_params.get("next"))


def see_other(path: str, signed_in: SignedIn | SecondFactorNeeded | None = None) -> Redirect:
    """Redirect to `path`, and set the cookies of a session that was just started; or ask for the second factor."""
    if isinstance(signed_in, SecondFactorNeeded):
        cookie = sign_in_ticket.cookie(signed_in.ticket)
        return Redirect(leading_back("/login/second", path), status_code=303, cookies=[cookie])
    answer = Redirect(path, status_code=303)
    if signed_in:
        answer.set_cookie(sessions.cookie(signed_in.token, signed_in.role))
        answer.set_cookie(devices.cookie(signed_in.device))
    return answer


def expired_link(request: AnyRequest, purpose: str) -> Response[Any]:
    return page(request, "people/accounts/used_up.html", status=Gone.status, purpose=purpose, next_url=next_of(request))


def invalid(
    request: AnyRequest,
    template: str,
    form: Form,
    error: ParleyError | None = None,
    field: str = "form",
    **context: Any,
) -> Response[Any]:
    """The page of a form again, with the typed text and its errors; a refusal is shown beside `field`."""
    if isinstance(error, ProofOfWorkNeeded):
        context["challenge"] = error.challenge
    return page(request, template, status=note_error(form, error, field), form=form, **context)


def note_error(form: Form, error: ParleyError | None, field: str = "form") -> int:
    """Put a refusal beside `field`, and return the status of the answer that shows the form again."""
    if error is not None:
        form.errors[field if isinstance(error, Refused) else "form"] = error.message
    return error.status if error else form.status


async def mail_link(request: AnyRequest, template: str, purpose: str, sent: str) -> Response[Any]:
    """Have a link mailed to the address in the form, and redirect to the page `sent`.

    The answer and its time are the same whether the address belongs to a member or not.
    """
    form = ForgotForm({"next": request.query_params.get("next"), **await posted_fields(request)})
    if form.errors:
        return invalid(request, template, form, next_url=form.next)
    try:
        answer_due = asyncio.create_task(asyncio.sleep(ANSWER_SECONDS))
        of = client_of(request).source
        await mailed_links.mail_to_address(form.email, purpose, form.next, of=of, answer=form.answer)
        async with fair_share.pause():
            await answer_due
    except TooMany as error:
        return invalid(request, template, form, error, next_url=form.next)
    return see_other(leading_back(sent, form.next))
