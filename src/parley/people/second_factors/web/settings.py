"""The settings of second factors: the authenticator app, recovery codes, and passkeys."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from parley.people.accounts import user_agents
from parley.people.accounts.viewer import signed_in
from parley.people.second_factors import authenticators, passkey_settings, step_up
from parley.people.second_factors.authenticators import NewAuthenticator
from parley.people.second_factors.web.proving import to_prove
from parley.people.sign_in.forms import CodeForm, PasskeyForm
from parley.people.sign_in.web.common import account_of, client_of, invalid, see_other
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

APP_PAGE = "/settings/security/totp"
CODES_PAGE = "/settings/security/recovery"
PASSKEYS_PAGE = "/settings/security/passkeys"
NEW_PASSKEY = "people/accounts/new_passkey.html"


@get(APP_PAGE, name="accounts:totp", opt={"who": MEMBER})
async def app_page(request: AnyRequest) -> Response[Any]:
    viewer = signed_in(request)
    if not await step_up.is_proven(viewer):
        return to_prove(APP_PAGE)
    offer, is_on = authenticators.offer(viewer), await authenticators.is_on(viewer.id)
    return page(request, "people/accounts/totp.html", form=Form({}), is_on=is_on, **_offer_context(offer))


@post(APP_PAGE, opt={"who": MEMBER})
async def turn_on(request: AnyRequest) -> Response[Any]:
    """Add or replace the app. The answer is the page of the recovery codes, which are shown this once."""
    viewer, account = signed_in(request), await account_of(request)
    if not await step_up.is_proven(viewer):
        return to_prove(APP_PAGE)
    form = CodeForm(await posted_fields(request))
    try:
        codes = await authenticators.turn_on(viewer, account, form.sealed, form.code)
    except Refused as error:
        offer = authenticators.read_offer(viewer, form.sealed) or authenticators.offer(viewer)
        is_on = await authenticators.is_on(viewer.id)
        return invalid(request, "people/accounts/totp.html", form, error, "code", is_on=is_on, **_offer_context(offer))
    return page(request, "people/accounts/recovery.html", codes=codes, left=len(codes), turned_on=True)


@post("/settings/security/totp/end", name="accounts:totp-end", opt={"who": MEMBER})
async def turn_off(request: AnyRequest) -> Response[Any]:
    if not await step_up.is_proven(signed_in(request)):
        return to_prove("/settings/security")
    await authenticators.turn_off(await account_of(request))
    return see_other("/settings/security?second=off#second")


@get(CODES_PAGE, name="accounts:recovery", opt={"who": MEMBER})
async def codes_page(request: AnyRequest) -> Response[Any]:
    """How many codes are left. They cannot be shown again."""
    viewer = signed_in(request)
    if not await authenticators.is_on(viewer.id):
        return see_other(APP_PAGE)
    return page(
        request,
        "people/accounts/recovery.html",
        codes=[],
        left=await authenticators.count_unused_codes(viewer.id),
        turned_on=False,
    )


@post(CODES_PAGE, opt={"who": MEMBER})
async def renew_codes(request: AnyRequest) -> Response[Any]:
    """Replace the codes, and show the new ones this once."""
    viewer = signed_in(request)
    if not await authenticators.is_on(viewer.id):
        raise Refused(N_("Recovery codes replace an authenticator app. Please set up the app first."))
    if not await step_up.is_proven(viewer):
        return to_prove(CODES_PAGE)
    codes = await authenticators.renew_codes(viewer.id)
    return page(request, "people/accounts/recovery.html", codes=codes, left=len(codes), turned_on=False)


@get(PASSKEYS_PAGE, name="accounts:passkey", opt={"who": MEMBER})
async def new_passkey_page(request: AnyRequest) -> Response[Any]:
    if not await step_up.is_proven(signed_in(request)):
        return to_prove(PASSKEYS_PAGE)
    return page(request, NEW_PASSKEY, form=Form({"name": user_agents.device(client_of(request).agent)}))


@post(f"{PASSKEYS_PAGE}/options", opt={"who": MEMBER}, status_code=200)
async def new_passkey_options(request: AnyRequest) -> dict[str, Any]:
    return await passkey_settings.options(signed_in(request), only_second="second" in request.query_params)


@post(PASSKEYS_PAGE, opt={"who": MEMBER})
async def add_passkey(request: AnyRequest) -> Response[Any]:
    viewer = signed_in(request)
    if not await step_up.is_proven(viewer):
        return to_prove(PASSKEYS_PAGE)
    form = PasskeyForm(await posted_fields(request))
    if not form.name:
        form.errors.setdefault("name", N_("Please name the passkey, such as by the device that it is on."))
    elif not form.credential:
        form.errors["form"] = N_("Passkeys need JavaScript, and a browser that supports them. Nothing was changed.")
    if form.errors:
        return invalid(request, NEW_PASSKEY, form)
    try:
        signs_in_alone = await passkey_settings.add(viewer, form.credential, form.name)
    except Refused as error:
        return invalid(request, NEW_PASSKEY, form, error)
    return see_other(f"/settings/security?passkey=added{'' if signs_in_alone else '&second'}#passkeys")


@post(f"{PASSKEYS_PAGE}/{{passkey:str}}/end", name="accounts:passkey-end", opt={"who": MEMBER})
async def end_passkey(request: AnyRequest, passkey: FromPath[str]) -> Response[Any]:
    viewer, number = signed_in(request), as_id(passkey)
    if not await step_up.is_proven(viewer):
        return to_prove("/settings/security")
    if number is None:
        raise NotFound(passkey_settings.GONE)
    await passkey_settings.end(viewer, number)
    return see_other("/settings/security?passkey=removed#passkeys")


def _offer_context(offer: NewAuthenticator) -> dict[str, Any]:
    import segno  # noqa: PLC0415 only for this page

    code = segno.make(offer.uri, error="m", micro=False)
    picture = code.svg_inline(light="#fff", omitsize=True, svgclass=None, lineclass=None)
    return {"offer": offer, "picture": Markup(picture)}  # noqa: S704 segno draws the text


handlers: list[object] = [
    app_page,
    turn_on,
    turn_off,
    codes_page,
    renew_codes,
    new_passkey_page,
    new_passkey_options,
    add_passkey,
    end_passkey,
]
