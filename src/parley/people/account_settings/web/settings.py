"""The pages of settings, with the sections about an account; and muting and blocking members."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.people.account_settings import renaming
from parley.people.account_settings.sections import PAGES, Context, Section, show
from parley.people.accounts import blocks, names, queries, sessions
from parley.people.accounts.muted_words import end_of
from parley.people.accounts.user_agents import device
from parley.people.accounts.viewer import signed_in
from parley.people.second_factors import authenticators, factor_recovery, passkey_settings, step_up
from parley.people.second_factors.web.proving import to_prove
from parley.people.sign_in import authentication, devices, ops
from parley.people.sign_in.forms import AccountForm, PasswordForm, ProfileForm
from parley.people.sign_in.web.common import account_of, client_of, see_other
from parley.platform.errors import NotFound, Refused, TooMany
from parley.platform.http.access import ANYONE, MEMBER, VERIFIED, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.languages import offered
from parley.platform.http.return_paths import local_path
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

SECURITY = "/settings/security"
# Pages of their own before December 2026, and the sections that took their place.
FORMER = {
    "/settings": "/settings/profile",
    "/settings/articles": "/settings/profile#articles",
    "/settings/invitations": "/settings/profile#invitations",
    "/settings/notices": "/settings/mail#channels",
    "/settings/notifications": "/settings/mail#following",
    "/settings/muted": "/settings/mail#muted",
    "/settings/security/links": f"{SECURITY}#links",
    "/settings/tokens": f"{SECURITY}#tokens",
    "/settings/decisions": "/settings/data#decisions",
    "/settings/imported": "/settings/data#imported",
}


@get([f"/settings/{name}" for name in PAGES], name="accounts:settings", opt={"who": MEMBER})
async def settings_page(request: AnyRequest) -> Response[Any]:
    return await show(request, request.url.path.rpartition("/")[2])


@get(list(FORMER), name="accounts:former-settings", opt={"who": MEMBER})
async def former_page(request: AnyRequest) -> Redirect:
    return Redirect(FORMER[request.url.path], status_code=301)


@get("/.well-known/change-password", name="accounts:password-form", opt={"who": ANYONE}, sync_to_thread=False)
def password_form() -> Redirect:
    """Lead password managers to the form (W3C, A Well-Known URL for Changing Passwords)."""
    return Redirect(f"{SECURITY}#password", status_code=303)


async def _name(request: AnyRequest) -> dict[str, Any] | None:
    """Whether moderators removed the member's name, and when they may change their own."""
    account, viewer = await account_of(request), signed_in(request)
    may_choose = names.is_neutral(account.name, account.id)
    if viewer.access < VERIFIED:
        return None
    return {"form": Form({}), "may_choose_name": may_choose, "rename_at": await renaming.next_at(account.id)}


async def _about(request: AnyRequest) -> dict[str, Any]:
    account = await account_of(request)
    return {"form": Form({"title": account.title, "bio": account.bio, "assisted": account.assisted})}


async def _language(_request: AnyRequest) -> dict[str, Any]:
    return {"languages": offered()}


async def _password(request: AnyRequest) -> dict[str, Any]:
    return {"form": Form({}), "email": (await account_of(request)).email}


async def _sessions(request: AnyRequest) -> dict[str, Any]:
    member = signed_in(request).id
    listed = [(device(one.agent), one) for one in await sessions.list_valid(member)]
    return {"sessions": listed, "recovery": await factor_recovery.of_member(member), "done": request.query_params}


async def _second_step(request: AnyRequest) -> dict[str, Any]:
    viewer = signed_in(request)
    has_app = await authenticators.is_on(viewer.id)
    return {
        "has_app": has_app,
        "codes_left": await authenticators.count_unused_codes(viewer.id) if has_app else 0,
        "passkeys": await passkey_settings.list_passkeys(viewer.id),
        "done": request.query_params,
    }


def _choice(read: Callable[[queries.Account], bool]) -> Context:
    """The context of a section with one choice, which is on or off."""

    async def context(request: AnyRequest) -> dict[str, Any]:
        return {"chosen": read(await account_of(request))}

    return context


NAME = Section("profile", "name", N_("Your name"), "people/accounts/_name.html", _name)
ABOUT = Section("profile", "about", N_("About you"), "people/accounts/_about.html", _about)
LANGUAGE = Section("profile", "language", N_("Language"), "people/accounts/_language.html", _language)
SESSIONS = Section("security", "sessions", N_("Where you are signed in"), "people/accounts/_sessions.html", _sessions)
PASSWORD = Section("security", "password", N_("Address and password"), "people/accounts/_password.html", _password)
SECOND = Section("security", "second", N_("Second step"), "people/accounts/_second_step.html", _second_step)
PASSKEYS = Section("security", "passkeys", N_("Passkeys"), "people/accounts/_passkeys.html", _second_step)
MAPS = Section(
    "security",
    "maps",
    N_("Where people stand"),
    "people/accounts/_maps.html",
    _choice(lambda account: not account.in_maps),
)
FEED = Section(
    "security", "feed", N_("Feed"), "people/accounts/_feed.html", _choice(lambda account: not account.has_feed)
)


@post("/settings/profile", opt={"who": MEMBER})
async def set_profile(request: AnyRequest) -> Response[Any]:
    form = ProfileForm(await posted_fields(request))
    if not form.errors:
        with form.refusals():
            await ops.set_profile(signed_in(request), title=form.title, bio=form.bio, assisted=form.assisted)
    return await ABOUT.invalid(request, form) if form.errors else ABOUT.saved()


@post("/settings/name", name="accounts:name", opt={"who": VERIFIED})
async def change_name(request: AnyRequest) -> Response[Any]:
    """Change the viewer's name, or replace one that moderators removed."""
    account, form = await account_of(request), AccountForm(await posted_fields(request))
    name = form.read("name", names.name)
    if not form.errors:
        change = ops.choose_name if names.is_neutral(account.name, account.id) else renaming.rename
        try:
            await change(signed_in(request), name)
        except Refused as error:
            form.errors["name"] = error.message
    return await NAME.invalid(request, form) if form.errors else NAME.saved()


@post("/settings/maps", name="accounts:maps", opt={"who": MEMBER})
async def set_maps(request: AnyRequest) -> Redirect:
    form = Form(await posted_fields(request))
    await ops.set_in_maps(signed_in(request), in_maps=not form.flag("out"))
    return MAPS.saved()


@post("/settings/feed", name="accounts:feed", opt={"who": MEMBER})
async def set_feed(request: AnyRequest) -> Redirect:
    form = Form(await posted_fields(request))
    await ops.set_has_feed(signed_in(request), has_feed=not form.flag("no_feed"))
    return FEED.saved()


@post(SECURITY, opt={"who": MEMBER})
async def change_password(request: AnyRequest) -> Response[Any]:
    viewer, account = signed_in(request), await account_of(request)
    if await authentication.has_second(viewer.id) and not await step_up.is_proven(viewer):
        return to_prove(PASSWORD.path)
    form = PasswordForm(await posted_fields(request), account.name, account.email)
    await form.ask_service("password", form.password)
    if form.errors:
        return await PASSWORD.invalid(request, form)
    try:
        device_cookie = await ops.change_password(
            viewer,
            current=form.current,
            password=form.password,
            ends_others=form.ends_others,
            client=client_of(request),
        )
    except (Refused, TooMany) as error:
        return await PASSWORD.invalid(request, form, error, "current")
    answer = PASSWORD.saved()
    answer.set_cookie(devices.cookie(device_cookie))
    return answer


@post(f"{SECURITY}/sessions/{{session:str}}/end", opt={"who": MEMBER})
async def end_session(request: AnyRequest, session: FromPath[str]) -> Response[Any]:
    if not await step_up.is_proven(signed_in(request)):
        return to_prove(SESSIONS.path)
    number = as_id(session)
    if number is None or not await sessions.end(number, signed_in(request).id):
        raise NotFound(N_("This session has ended already."))
    return SESSIONS.saved("ended")


@post(f"{SECURITY}/sessions/end", name="accounts:end-sessions", opt={"who": MEMBER})
async def end_other_sessions(request: AnyRequest) -> Response[Any]:
    """Sign out everywhere else, programs with tokens too."""
    viewer = signed_in(request)
    if not await step_up.is_proven(viewer):
        return to_prove(SESSIONS.path)
    await sessions.end_all(viewer.id, but=viewer.session)
    return SESSIONS.saved("others")


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
    settings_page,
    password_form,
    former_page,
    set_profile,
    change_name,
    set_maps,
    set_feed,
    change_password,
    end_session,
    end_other_sessions,
    mute,
    block,
]
