"""The digest over HTTP: an issue as a page, and the question whether it is still wanted (settings: settings_web.py)."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from parley.discussion.commenting.web import thread_at
from parley.letters.digests import items, letters, ops, picks, queries, settings_web
from parley.letters.digests.queries import SubscriptionRow
from parley.letters.digests.words import lay_out
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, MODERATOR, AnyRequest, signed_in
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page
from parley.platform.text.messages import N_


@get("/mail/keep/{answer:str}", name="digests:keep", opt={"who": ANYONE})
async def keep_page(request: AnyRequest, answer: FromPath[str]) -> Response[Any]:
    """Show one button: link scanners of mail servers must not answer for the member."""
    subscription = await _subscription_of_link(answer)
    kept = subscription.asked_at is None or subscription.last_active_at > subscription.asked_at
    return page(request, "letters/digests/keep.html", kept=kept, action=request.url.path)


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
        raise NotFound(N_("There is no digest at this address."))
    included = await items.readable(row.id)
    issue_view = lay_out(included, row.zone, row.due_at) if included else None
    return page(request, "letters/digests/view.html", issue_view=issue_view, issue=row)


@get("/t/{thread:str}/pick", name="digests:pick", opt={"who": MODERATOR})
async def pick_page(request: AnyRequest, thread: FromPath[str]) -> Response[Any]:
    row = await thread_at(thread)
    return page(request, "letters/digests/pick.html", thread=row, picked=await picks.is_picked(row.id))


@post("/t/{thread:str}/pick", opt={"who": MODERATOR})
async def set_pick(request: AnyRequest, thread: FromPath[str]) -> Redirect:
    row = await thread_at(thread)
    if Form(await posted_fields(request)).flag("on"):
        await picks.pick(row.id, signed_in(request).id)
    else:
        await picks.unpick(row.id)
    return Redirect(request.url.path, status_code=303)


async def _subscription_of_link(token: str) -> SubscriptionRow:
    """Return the subscription that a link is for. Raises NotFound if the link is not valid."""
    member = letters.signed_id("keep", token)
    subscription = await queries.subscription_of(member) if member is not None else None
    if subscription is None:
        raise NotFound(N_("There is no question at this address."))
    return subscription


handlers: list[object] = [*settings_web.handlers, keep_page, keep, view, pick_page, set_pick]
