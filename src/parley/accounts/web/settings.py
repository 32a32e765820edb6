"""The settings of an account: profile, password and sessions."""

import re
from datetime import datetime

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from parley.accounts import devices, names, ops, password_ops, queries, sessions
from parley.accounts.forms import NameForm, PasswordForm, ProfileForm
from parley.accounts.web.common import client_of, invalid, see_other
from parley.core.errors import Forbidden, NotFound, Refused, TooMany
from parley.core.http.access import MEMBER, AnyRequest, Viewer, signed_in
from parley.core.http.forms import Form, posted
from parley.core.http.pages import page
from parley.core.text.cleaning import as_id
from parley.core.text.messages import N_, Message, verbatim

# The first that occurs is right: browsers also name those that they descend from.
BROWSERS = {"Firefox/": "Firefox", "Edg/": "Edge", "OPR/": "Opera", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


class ListedSession(msgspec.Struct, frozen=True):
    id: int
    agent: str
    address: str
    site: str | None
    created_at: datetime
    seen_at: datetime
    current: bool


@get("/settings/profile", name="accounts:profile-settings", opt={"who": MEMBER})
async def profile_page(request: AnyRequest) -> Response[object]:
    account = await _account(request)
    may_choose = names.is_neutral(account.name, account.id)
    form = _profile_form(account)
    return page(request, "accounts/profile_settings.html", form=form, saved=_saved(request), may_choose_name=may_choose)


def _profile_form(account: queries.Account) -> Form:
    out, no_feed = "" if account.in_maps else "1", "" if account.has_feed else "1"
    values = {"title": account.title, "bio": account.bio, "assisted": account.assisted, "out": out, "no_feed": no_feed}
    return Form(values)


@post("/settings/profile", opt={"who": MEMBER})
async def set_profile(request: AnyRequest) -> Response[object]:
    form = ProfileForm(await posted(request))
    if form.errors:
        return invalid(request, "accounts/profile_settings.html", form, saved=False)
    try:
        await ops.set_profile(signed_in(request), title=form.title, bio=form.bio, assisted=form.assisted)
    except (Forbidden, Refused) as error:
        return invalid(request, "accounts/profile_settings.html", form, error, saved=False)
    return see_other("/settings/profile?saved")


@post("/settings/name", name="accounts:name", opt={"who": MEMBER})
async def choose_name(request: AnyRequest) -> Response[object]:
    """Choose a name in place of one that moderators removed."""
    form, shown = NameForm(await posted(request)), _profile_form(await _account(request))
    if not form.errors:
        try:
            await ops.choose_name(signed_in(request), form.name)
        except Refused as error:
            form.errors["name"] = error.message
    if form.errors:
        shown.values |= form.values
        shown.errors |= form.errors
        return invalid(request, "accounts/profile_settings.html", shown, saved=False, may_choose_name=True)
    return see_other("/settings/profile?saved")


@post("/settings/maps", name="accounts:maps", opt={"who": MEMBER})
async def set_maps(request: AnyRequest) -> Response[object]:
    """Let a member's answers count in maps of perspectives, or leave them out."""
    form = Form(await posted(request))
    await ops.set_in_maps(signed_in(request), in_maps=not form.flag("out"))
    return see_other("/settings/profile?saved#maps")


@post("/settings/feed", name="accounts:feed", opt={"who": MEMBER})
async def set_feed(request: AnyRequest) -> Response[object]:
    """Publish a feed of a member's comments, or no longer."""
    form = Form(await posted(request))
    await ops.set_has_feed(signed_in(request), has_feed=not form.flag("no_feed"))
    return see_other("/settings/profile?saved#feed")


@get("/settings/security", name="accounts:security", opt={"who": MEMBER})
async def security_page(request: AnyRequest) -> Response[object]:
    rows = await _sessions(signed_in(request))
    return page(request, "accounts/security.html", form=Form({}), sessions=rows, saved=_saved(request))


@post("/settings/security", opt={"who": MEMBER})
async def change_password(request: AnyRequest) -> Response[object]:
    viewer, account = signed_in(request), await _account(request)
    form = PasswordForm(await posted(request), account.name, account.email)
    error: TooMany | None = None
    if not form.errors:
        try:
            device = await _change_password(request, form)
        except Refused as refusal:
            form.errors["current"] = refusal.message
        except TooMany as too_many:
            error = too_many
    if form.errors or error:
        rows = await _sessions(viewer)
        return invalid(request, "accounts/security.html", form, error, sessions=rows, saved=False)
    answer = see_other("/settings/security?saved")
    answer.set_cookie(devices.cookie(device))
    return answer


@post("/settings/security/sessions/{session:str}/end", opt={"who": MEMBER})
async def end_session(request: AnyRequest, session: FromPath[str]) -> Response[object]:
    number = as_id(session)
    if number is None or not await sessions.end(number, signed_in(request).id):
        raise NotFound(N_("This session has ended already."))
    return see_other("/settings/security")


def device(agent: str) -> Message:
    """Describe a User-Agent header, such as "Firefox on Linux"."""
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), None)
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), None)
    if browser and system:
        return N_("{browser} on {system}").format(browser=browser, system=system)
    known = browser or system or re.split(r"[/ (]", agent, maxsplit=1)[0]
    return verbatim(known) if known else N_("Unknown browser")


async def _change_password(request: AnyRequest, form: PasswordForm) -> str:
    return await password_ops.change_password(
        signed_in(request),
        current=form.current,
        password=form.password,
        ends_others=form.ends_others,
        client=client_of(request),
    )


async def _account(request: AnyRequest) -> queries.Account:
    account = await queries.account(signed_in(request).id)
    if account is None:
        raise NotFound(N_("This account no longer exists."))
    return account


def _saved(request: AnyRequest) -> bool:
    """Whether the page follows a form that was saved."""
    return "saved" in request.query_params


async def _sessions(viewer: Viewer) -> list[ListedSession]:
    return [
        ListedSession(
            id=found.id,
            agent=device(found.agent),
            address=found.address,
            site=found.site,
            created_at=found.created_at,
            seen_at=found.seen_at,
            current=found.id == viewer.session,
        )
        for found in await sessions.listed(viewer.id)
    ]


handlers: list[object] = [
    profile_page,
    set_profile,
    choose_name,
    set_maps,
    set_feed,
    security_page,
    change_password,
    end_session,
]
