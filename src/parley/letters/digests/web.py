"""The digest over HTTP: an issue, the question whether it is still wanted, picks, and the settings of all mail."""

from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import thread_at
from parley.letters.digests import items, letters, ops, queries
from parley.letters.digests.forms import WEEKDAYS, DigestForm, PauseForm
from parley.letters.digests.preview import next_issue
from parley.letters.digests.queries import SubscriptionRow
from parley.letters.digests.words import date_and_time, lay_out
from parley.letters.notifications import mailing
from parley.people import mail
from parley.people.account_settings.sections import Section
from parley.people.accounts.viewer import signed_in
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.http.access import ANYONE, MEMBER, MODERATOR, AnyRequest, refuse_unverified
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text import zones
from parley.platform.text.messages import N_


@get("/mail/keep/{answer:str}", name="digests:keep", opt={"who": ANYONE})
async def keep_page(request: AnyRequest, answer: FromPath[str]) -> Response[Any]:
    """Show one button: link scanners of mail servers must not answer for the member."""
    subscription = await _subscription_of_link(answer)
    return page(request, "letters/digests/keep.html", kept=subscription.is_answered, action=request.url.path)


@post("/mail/keep/{answer:str}", opt={"who": ANYONE})
async def keep(request: AnyRequest, answer: FromPath[str]) -> Redirect:
    subscription = await _subscription_of_link(answer)
    await ops.keep(subscription.member)
    return Redirect(request.url.path, status_code=303)


@get("/mail/view/{issue:str}", name="digests:view", opt={"who": ANYONE})
async def view(request: AnyRequest, issue: FromPath[str]) -> Response[Any]:
    """Show an issue in the browser, without items that were removed since."""
    issue_id = letters.signed_id("view", issue)
    row = await queries.issue(issue_id) if issue_id is not None else None
    if row is None:
        raise NotFound
    included = await items.readable(row.id)
    issue_view = lay_out(included, row.zone, row.due_at) if included else None
    return page(request, "letters/digests/view.html", issue_view=issue_view, issue=row)


@get("/t/{thread:str}/pick", name="digests:pick", opt={"who": MODERATOR})
async def pick_page(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row = await thread_at(thread)
    return page(request, "letters/digests/pick.html", thread=row, picked=await ops.is_picked(row.id))


@post("/t/{thread:str}/pick", opt={"who": MODERATOR})
async def set_pick(request: AnyRequest, thread: FromPath[str]) -> Redirect:
    row = await thread_at(thread)
    if Form(await posted_fields(request)).flag("on"):
        await ops.pick(row.id, signed_in(request).id)
    else:
        await ops.unpick(row.id)
    return Redirect(request.url.path, status_code=303)


async def _subscription_of_link(token: str) -> SubscriptionRow:
    """Return the subscription that a link is for. Raises NotFound if the link is not valid."""
    member = letters.signed_id("keep", token)
    subscription = await queries.subscription_of(member) if member is not None else None
    if subscription is None:
        raise NotFound
    return subscription


async def _schedule(request: AnyRequest) -> dict[str, Any] | None:
    """The saved schedule, or that in the address, which is previewed only."""
    subscription = await queries.subscription_of(signed_in(request).id)
    if subscription is None:
        return None
    form = DigestForm(request.query_params, subscription)
    return {
        "form": DigestForm({}, subscription) if form.errors else form,
        "paused_until": subscription.paused_until if subscription.is_paused(datetime.now(UTC)) else None,
        "weekdays": WEEKDAYS,
        "places": zones.by_region(),
    }


async def _preview(request: AnyRequest) -> dict[str, Any] | None:
    subscription = await queries.subscription_of(signed_in(request).id)
    if subscription is None:
        return None
    schedule = DigestForm(request.query_params, subscription).schedule
    preview = await next_issue(subscription, schedule, datetime.now(UTC))
    return {"preview": preview, "due": date_and_time(preview.due.at, schedule.zone) if preview.due else None}


async def _all_mail(request: AnyRequest) -> dict[str, Any]:
    """Whether all mail that can be stopped is; None before the member has confirmed their address."""
    subscription = await queries.subscription_of(signed_in(request).id)
    if subscription is None:
        return {"is_off": None}
    return {"is_off": subscription.frequency == "off" and not await mailing.wanted(subscription.member, "")}


ALL_MAIL = Section("mail", "all", N_("All mail"), "letters/digests/_switch.html", _all_mail)
SCHEDULE = Section("mail", "schedule", N_("The digest"), "letters/digests/_schedule.html", _schedule)
PREVIEW = Section("mail", "preview", N_("Your next digest"), "letters/digests/_next.html", _preview, live=True)


@post("/settings/mail", opt={"who": MEMBER})
async def set_digest(request: AnyRequest) -> Response[Any]:
    subscription = await _own(request)
    form = DigestForm(await posted_fields(request), subscription)
    if form.errors:
        return await SCHEDULE.invalid(request, form)
    await ops.set_schedule(subscription.member, form.schedule)
    return SCHEDULE.saved()


@post("/settings/mail/all", name="digests:all-mail", opt={"who": MEMBER})
async def set_all_mail(request: AnyRequest) -> Redirect:
    """Stop all mail that can be stopped, or start it again: the digest as before, replies and mentions at once."""
    subscription = await _own(request)
    on = Form(await posted_fields(request)).flag("on")
    async with db.atomic():
        for mail_list in mail.lists.values():
            change = mail_list.start if on else mail_list.stop
            if change is not None:
                await change(subscription.member, "")
    return ALL_MAIL.saved()


@post("/settings/mail/pause", name="digests:pause", opt={"who": MEMBER})
async def pause(request: AnyRequest) -> Redirect:
    subscription = await _own(request)
    form = PauseForm(await posted_fields(request))
    if form.errors:
        raise Refused(N_("A pause lasts 1 to 52 weeks. Nothing was changed."))
    await ops.pause(subscription.member, form.weeks)
    return SCHEDULE.saved()


async def _own(request: AnyRequest) -> SubscriptionRow:
    viewer = signed_in(request)
    subscription = await queries.subscription_of(viewer.id)
    if subscription is None:
        refuse_unverified(viewer)
    return subscription


handlers: list[object] = [
    set_digest,
    set_all_mail,
    pause,
    keep_page,
    keep,
    view,
    pick_page,
    set_pick,
]
