"""Signing in by a passkey, and adding and removing passkeys."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from parley.people.accounts import user_agents
from parley.people.second_factors import passkey_settings, passkeys, second_factor, step_up
from parley.people.second_factors.passkeys import UnknownPasskey
from parley.people.second_factors.web.proving import to_prove
from parley.people.sign_in.forms import PasskeyForm
from parley.people.sign_in.web.common import client_of, invalid, see_other
from parley.people.sign_in.web.signin import TEMPLATE, refusal_page
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.http.access import ANYONE, MEMBER, AnyRequest, signed_in
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

PAGE = "/settings/security/passkeys"
NEW = "people/accounts/new_passkey.html"
NEEDS_SCRIPT = N_("Passkeys need JavaScript, and a browser that supports them. Nothing was changed.")
NAMELESS = N_("Please name the passkey, such as by the device that it is on.")


@post("/login/passkey/options", name="accounts:passkey-options", opt={"who": ANYONE}, status_code=200)
async def sign_in_options() -> dict[str, Any]:
    return await passkeys.options(passkeys.SIGN_IN)


@post("/login/passkey", name="accounts:passkey-sign-in", opt={"who": ANYONE})
async def sign_in(request: AnyRequest) -> Response[Any]:
    form = PasskeyForm({"next": request.query_params.get("next"), **await posted_fields(request)})
    try:
        done = await second_factor.sign_in_by_passkey(form.credential, client_of(request))
    except UnknownPasskey as error:
        return invalid(request, TEMPLATE, form, error, next_url=form.next, unknown=error.credential)
    except (Refused, Forbidden) as error:
        return await refusal_page(request, form, error, form.next)
    return see_other(form.next, done)


@get(PAGE, name="accounts:passkey", opt={"who": MEMBER})
async def new_page(request: AnyRequest) -> Response[Any]:
    if not await step_up.is_proven(signed_in(request)):
        return to_prove(PAGE)
    return page(request, NEW, form=Form({"name": user_agents.device(client_of(request).agent)}))


@post(f"{PAGE}/options", opt={"who": MEMBER}, status_code=200)
async def new_options(request: AnyRequest) -> dict[str, Any]:
    return await passkey_settings.options(signed_in(request))


@post(PAGE, opt={"who": MEMBER})
async def add(request: AnyRequest) -> Response[Any]:
    viewer = signed_in(request)
    if not await step_up.is_proven(viewer):
        return to_prove(PAGE)
    form = PasskeyForm(await posted_fields(request))
    if not form.name:
        form.errors.setdefault("name", NAMELESS)
    elif not form.credential:
        form.errors["form"] = NEEDS_SCRIPT
    if form.errors:
        return invalid(request, NEW, form)
    try:
        await passkey_settings.add(viewer, form.credential, form.name)
    except Refused as error:
        return invalid(request, NEW, form, error)
    return see_other("/settings/security?passkey=added#passkeys")


@post(f"{PAGE}/{{passkey:str}}/end", name="accounts:passkey-end", opt={"who": MEMBER})
async def end(request: AnyRequest, passkey: FromPath[str]) -> Response[Any]:
    viewer, number = signed_in(request), as_id(passkey)
    if not await step_up.is_proven(viewer):
        return to_prove("/settings/security")
    if number is None:
        raise NotFound(passkey_settings.GONE)
    await passkey_settings.end(viewer, number)
    return see_other("/settings/security?passkey=removed#passkeys")


handlers: list[object] = [sign_in_options, sign_in, new_page, new_options, add, end]
