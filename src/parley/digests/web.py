"""The digest over HTTP: settings with a preview, an issue as a page, and the question whether it is still wanted."""

from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.comments.web import thread_at
from parley.core.errors import NotFound, Refused
from parley.core.http.access import ANYONE, MEMBER, MODERATOR, AnyRequest, signed_in
from parley.core.http.forms import Form, posted
from parley.core.http.pages import page
from parley.core.text import zones
from parley.core.text.messages import N_
from parley.digests import items, letters, ops, picks, queries
from parley.digests.forms import WEEKDAYS, DigestForm, PauseForm
from parley.digests.preview import next_issue
from parley.digests.queries import Subscribed
from parley.digests.words import hour_word, lay_out
from parley.notifications.forms import QuietForm
from parley.notifications.ops import set_quiet_hours as set_quiet
from parley.notifications.queries import quiet_hours, topic_levels
from parley.threads.queries import topics


@get("/settings/mail", name="digests:settings", opt={"who": MEMBER})
async def settings_page(request: AnyRequest) -> Response[Any]:
    """Show the saved settings, or those in the address, with a preview of the next issue."""
    one = await queries.subscribed(signed_in(request).id)
    if one is None:
        return page(request, "digests/unconfirmed.html")
    form = DigestForm(request.query_params, one)
    return await _settings(request, one, DigestForm({}, one) if form.errors else form)


@post("/settings/mail", opt={"who": MEMBER})
async def set_digest(request: AnyRequest) -> Response[Any]:
    one = await _own(request)
    form = DigestForm(await posted(request), one)
    if form.errors:
        return await _settings(request, one, form, status=422)
    await ops.choose(one.member, form.schedule)
    return Redirect("/settings/mail?saved", status_code=303)


@post("/settings/mail/pause", name="digests:pause", opt={"who": MEMBER})
async def pause(request: AnyRequest) -> Redirect:
    one = await _own(request)
    form = PauseForm(await posted(request))
    if form.errors:
        raise Refused(N_("A pause lasts 1 to 52 weeks. Nothing was changed."))
    await ops.pause(one.member, form.weeks)
    return Redirect("/settings/mail?saved", status_code=303)


@post("/settings/mail/quiet", name="digests:quiet", opt={"who": MEMBER})
async def set_quiet_hours(request: AnyRequest) -> Response[Any]:
    one = await _own(request)
    quiet = QuietForm(await posted(request))
    if quiet.errors:
        return await _settings(request, one, DigestForm({}, one), quiet, status=422)
    await set_quiet(one.member, quiet.hours)
    return Redirect("/settings/mail?saved", status_code=303)


@get("/mail/keep/{answer:str}", name="digests:keep", opt={"who": ANYONE})
async def keep_page(request: AnyRequest, answer: FromPath[str]) -> Response[Any]:
    """Show one button: link scanners of mail servers must not answer for the member."""
    one = await _answering(answer)
    kept = one.asked_at is None or one.here_at > one.asked_at
    return page(request, "digests/keep.html", kept=kept, action=request.url.path)


@post("/mail/keep/{answer:str}", opt={"who": ANYONE})
async def keep(request: AnyRequest, answer: FromPath[str]) -> Redirect:
    one = await _answering(answer)
    await ops.keep(one.member)
    return Redirect(request.url.path, status_code=303)


@get("/mail/view/{issue:str}", name="digests:view", opt={"who": ANYONE})
async def view(request: AnyRequest, issue: FromPath[str]) -> Response[Any]:
    """Show an issue in the browser, without items that were removed since."""
    number = letters.number_in("view", issue)
    edition = await queries.edition(number) if number is not None else None
    if edition is None:
        raise NotFound(N_("There is no digest at this address."))
    included = await items.readable(edition.id)
    reading = lay_out(included, edition.zone, edition.due_at) if included else None
    return page(request, "digests/view.html", reading=reading, edition=edition)


@get("/t/{thread:str}/pick", name="digests:pick", opt={"who": MODERATOR})
async def pick_page(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row = await thread_at(thread)
    return page(request, "digests/pick.html", thread=row, picked=await picks.is_picked(row.id))


@post("/t/{thread:str}/pick", opt={"who": MODERATOR})
async def set_pick(request: AnyRequest, thread: FromPath[str]) -> Redirect:
    row = await thread_at(thread)
    if Form(await posted(request)).flag("on"):
        await picks.pick(row.id, signed_in(request).id)
    else:
        await picks.unpick(row.id)
    return Redirect(request.url.path, status_code=303)


async def _settings(
    request: AnyRequest, one: Subscribed, form: DigestForm, quiet: QuietForm | None = None, status: int = 200
) -> Response[Any]:
    now = datetime.now(UTC)
    preview = await next_issue(one, form.schedule, now)
    return page(
        request,
        "digests/settings.html",
        "preview",
        status,
        form=form,
        paused_until=one.paused_until if one.is_paused(now) else None,
        preview=preview,
        due=hour_word(preview.due.at, form.schedule.zone) if preview.due else None,
        wish=form.schedule,
        weekdays=WEEKDAYS,
        places=zones.by_region(),
        quiet=quiet.values if quiet else await _quiet(one.member),
        quiet_errors=quiet.errors if quiet else {},
        zone=one.zone,
        topics=await topics(),
        levels=await topic_levels(one.member),
        saved="saved" in request.query_params,
    )


async def _quiet(member: int) -> dict[str, str]:
    """Return the saved values of the form for quiet hours."""
    hours = await quiet_hours(member)
    return {"quiet": "1", "starts": str(hours.starts), "ends": str(hours.ends)} if hours else {}


async def _own(request: AnyRequest) -> Subscribed:
    one = await queries.subscribed(signed_in(request).id)
    if one is None:
        raise Refused(N_("Please confirm your e-mail address first: open the link in the mail we sent you."))
    return one


async def _answering(token: str) -> Subscribed:
    """Return the subscription that a link is for. Raises NotFound if the link is not valid."""
    number = letters.number_in("keep", token)
    one = await queries.subscribed(number) if number is not None else None
    if one is None:
        raise NotFound(N_("There is no question at this address."))
    return one


handlers: list[object] = [settings_page, set_digest, pause, set_quiet_hours, keep_page, keep, view, pick_page, set_pick]
