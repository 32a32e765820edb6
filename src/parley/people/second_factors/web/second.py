"""The second step of signing in."""

from typing import Any

from litestar import Response, get, post

from parley.people.second_factors import authenticators, passkey_settings, passkeys, second_factor
from parley.people.sign_in import sign_in_ticket
from parley.people.sign_in.authentication import PASSKEY
from parley.people.sign_in.forms import CodeForm
from parley.people.sign_in.web.common import client_of, invalid, next_of, see_other, ticket_of
from parley.platform.errors import Forbidden, Gone, Refused, TooMany
from parley.platform.http.access import ANYONE, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import leading_back, page
from parley.platform.settings import settings

TEMPLATE = "people/accounts/second.html"


@get("/login/second", name="accounts:second", opt={"who": ANYONE})
async def second_page(request: AnyRequest) -> Response[object]:
    next_url = next_of(request)
    try:
        methods = await _methods(request)
    except Gone:
        return see_other(leading_back("/login", next_url))
    return page(request, TEMPLATE, form=Form({}), next_url=next_url, **methods)


@post("/login/second", opt={"who": ANYONE})
async def second(request: AnyRequest) -> Response[object]:
    form = CodeForm({"next": request.query_params.get("next"), **await posted_fields(request)})
    try:
        done = await second_factor.sign_in(ticket_of(request), form.code, form.credential, client_of(request))
    except Gone as error:
        return invalid(request, TEMPLATE, form, error, next_url=form.next, by_code=False, by_passkey=False)
    except Refused as refusal:
        form.errors["form" if form.credential else "code"] = refusal.message
        return invalid(request, TEMPLATE, form, next_url=form.next, **await _methods(request))
    except (Forbidden, TooMany) as error:
        return invalid(request, TEMPLATE, form, error, next_url=form.next, **await _methods(request))
    answer = see_other(form.next, done)
    answer.set_cookie(sign_in_ticket.cookie(""))
    return answer


@post("/login/second/options", opt={"who": ANYONE}, status_code=200)
async def passkey_options(request: AnyRequest) -> dict[str, Any]:
    """What a browser needs to have a passkey of the member sign, once they gave their first factor."""
    account, _ = await second_factor.of_ticket(ticket_of(request))
    return await passkeys.options(second_factor.purpose(account), account.id)


async def _methods(request: AnyRequest) -> dict[str, Any]:
    """The second factors that can follow the first. Raises Gone without a first."""
    account, given = await second_factor.of_ticket(ticket_of(request))
    has_passkey = PASSKEY not in given and bool(await passkey_settings.list_passkeys(account.id))
    return {"by_code": await authenticators.is_on(account.id), "by_passkey": has_passkey, "host": settings().host}


handlers: list[object] = [second_page, second, passkey_options]
