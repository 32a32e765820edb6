"""The settings of an account: profile, password and sessions; and muting and blocking members."""

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.people.account_settings import renaming
from parley.people.accounts import blocks, names, queries, sessions
from parley.people.accounts.muted_words import end_of
from parley.people.accounts.user_agents import device
from parley.people.accounts.viewer import Viewer, signed_in
from parley.people.second_factors import authenticators, factor_recovery, passkey_settings, step_up
from parley.people.second_factors.web.proving import to_prove
from parley.people.sign_in import authentication, devices, ops
from parley.people.sign_in.forms import AccountForm, PasswordForm, ProfileForm
from parley.people.sign_in.web.common import account_of, client_of, invalid, see_other
from parley.platform.errors import Forbidden, NotFound, Refused, TooMany
from parley.platform.http.access import MEMBER, VERIFIED, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import local_path, page
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

PROFILE, SECURITY = "/settings/profile", "/settings/security"
PROFILE_TEMPLATE, SECURITY_TEMPLATE = "people/accounts/profile_settings.html", "people/accounts/security.html"


@get(PROFILE, name="accounts:profile-settings", opt={"who": MEMBER})
async def profile_page(request: AnyRequest) -> Response[object]:
    account = await account_of(request)
    return page(
        request,
        PROFILE_TEMPLATE,
        form=_profile_form(account),
        saved="saved" in request.query_params,
        **await _naming(account),
    )


async def _naming(account: queries.Account) -> dict[str, Any]:
    """Whether moderators removed the member's name, and when they may change their own."""
    may_choose = names.is_neutral(account.name, account.id)
    return {"may_choose_name": may_choose, "rename_at": await renaming.next_at(account.id)}


def _profile_form(account: queries.Account) -> Form:
    out, no_feed = "" if account.in_maps else "1", "" if account.has_feed else "1"
    values = {"title": account.title, "bio": account.bio, "assisted": account.assisted, "out": out, "no_feed": no_feed}
    return Form(values)


@post(PROFILE, opt={"who": MEMBER})
async def set_profile(request: AnyRequest) -> Response[object]:
    form, naming = ProfileForm(await posted_fields(request)), await _naming(await account_of(request))
    if form.errors:
        return invalid(request, PROFILE_TEMPLATE, form, saved=False, **naming)
    try:
        await ops.set_profile(signed_in(request), title=form.title, bio=form.bio, assisted=form.assisted)
    except (Forbidden, Refused) as error:
        return invalid(request, PROFILE_TEMPLATE, form, error, saved=False, **naming)
    return see_other(f"{PROFILE}?saved")


@post("/settings/name", name="accounts:name", opt={"who": VERIFIED})
async def change_name(request: AnyRequest) -> Response[object]:
    """Change the viewer's name, or replace one that moderators removed."""
    account, form = await account_of(request), AccountForm(await posted_fields(request))
    name = form.read("name", names.name)
    shown, naming = _profile_form(account), await _naming(account)
    if not form.errors:
        try:
            await (ops.choose_name if naming["may_choose_name"] else renaming.rename)(signed_in(request), name)
        except Refused as error:
            form.errors["name"] = error.message
    if form.errors:
        shown.values |= form.values
        shown.errors |= form.errors
        return invalid(request, PROFILE_TEMPLATE, shown, saved=False, **naming)
    return see_other(f"{PROFILE}?saved")


@post("/settings/maps", name="accounts:maps", opt={"who": MEMBER})
async def set_maps(request: AnyRequest) -> Response[object]:
    form = Form(await posted_fields(request))
    await ops.set_in_maps(signed_in(request), in_maps=not form.flag("out"))
    return see_other(f"{PROFILE}?saved#maps")


@post("/settings/feed", name="accounts:feed", opt={"who": MEMBER})
async def set_feed(request: AnyRequest) -> Response[object]:
    form = Form(await posted_fields(request))
    await ops.set_has_feed(signed_in(request), has_feed=not form.flag("no_feed"))
    return see_other(f"{PROFILE}?saved#feed")


@get(SECURITY, name="accounts:security", opt={"who": MEMBER})
async def security_page(request: AnyRequest) -> Response[object]:
    shown = await _security_context(signed_in(request))
    return page(
        request,
        SECURITY_TEMPLATE,
        form=Form({}),
        saved="saved" in request.query_params,
        done=request.query_params,
        **shown,
    )


@post(SECURITY, opt={"who": MEMBER})
async def change_password(request: AnyRequest) -> Response[object]:
    viewer, account = signed_in(request), await account_of(request)
    if await authentication.has_second(viewer.id) and not await step_up.is_proven(viewer):
        return to_prove(SECURITY)
    form = PasswordForm(await posted_fields(request), account.name, account.email)
    await form.ask_service("password", form.password)
    error: Refused | TooMany | None = None
    if not form.errors:
        try:
            device_cookie = await ops.change_password(
                viewer,
                current=form.current,
                password=form.password,
                ends_others=form.ends_others,
                client=client_of(request),
            )
        except (Refused, TooMany) as caught:
            error = caught
    if form.errors or error:
        context = await _security_context(viewer)
        return invalid(request, SECURITY_TEMPLATE, form, error, "current", saved=False, done={}, **context)
    answer = see_other(f"{SECURITY}?saved")
    answer.set_cookie(devices.cookie(device_cookie))
    return answer


@post(f"{SECURITY}/sessions/{{session:str}}/end", opt={"who": MEMBER})
async def end_session(request: AnyRequest, session: FromPath[str]) -> Response[object]:
    if not await step_up.is_proven(signed_in(request)):
        return to_prove(SECURITY)
    number = as_id(session)
    if number is None or not await sessions.end(number, signed_in(request).id):
        raise NotFound(N_("This session has ended already."))
    return see_other(f"{SECURITY}?ended")


@post(f"{SECURITY}/sessions/end", name="accounts:end-sessions", opt={"who": MEMBER})
async def end_other_sessions(request: AnyRequest) -> Response[object]:
    """Sign out everywhere else, programs with tokens too."""
    viewer = signed_in(request)
    if not await step_up.is_proven(viewer):
        return to_prove(SECURITY)
    await sessions.end_all(viewer.id, but=viewer.session)
    return see_other(f"{SECURITY}?others")


async def _security_context(viewer: Viewer) -> dict[str, Any]:
    """The context of the security page: sessions, the address, and other ways to sign in."""
    has_app = await authenticators.is_on(viewer.id)
    codes = await authenticators.count_unused_codes(viewer.id) if has_app else 0
    account = await queries.account(viewer.id)
    email = account.email if account else ""
    recovery = await factor_recovery.of_member(viewer.id)
    shown = {
        "recovery": recovery,
        "sessions": [(device(session.agent), session) for session in await sessions.list_valid(viewer.id)],
        "passkeys": await passkey_settings.list_passkeys(viewer.id),
    }
    return shown | {"email": email, "has_app": has_app, "codes_left": codes}


@post("/u/{name:str}/mute", name="accounts:mute", opt={"who": MEMBER})
async def mute(request: AnyRequest, name: FromPath[str]) -> Redirect:
    """Collapse a member's comments for the viewer. `on=0` undoes it."""
    return await _put(request, name, "mute")


@post("/u/{name:str}/block", name="accounts:block", opt={"who": MEMBER})
async def block(request: AnyRequest, name: FromPath[str]) -> Redirect:
    """Mute a member; neither of the two can reply to the other any more. `on=0` undoes it."""
    return await _put(request, name, "block")


async def _put(request: AnyRequest, name: str, kind: blocks.Kind) -> Redirect:
    person = await queries.by_name(name)
    if person is None or person.state == "unverified":
        raise NotFound(N_("There is no member with this name."))
    form = Form(await posted_fields(request))
    await blocks.put(signed_in(request), person, kind, on=form.flag("on"), until=end_of(form))
    back = local_path(form.values.get("next"))
    return see_other(back if back != "/" else f"/u/{quote(person.name)}")


handlers: list[object] = [
    profile_page,
    set_profile,
    change_name,
    set_maps,
    set_feed,
    security_page,
    change_password,
    end_session,
    end_other_sessions,
    mute,
    block,
]
