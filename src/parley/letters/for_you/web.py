"""The page *For you*: what is addressed to a member, what is new in their threads, and decisions about them."""

from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from parley.letters.for_you import ops, queries, view
from parley.letters.for_you.forms import PARTS, MarkReadForm
from parley.letters.notifications import queries as notifications
from parley.letters.notifications.rules import OF_PART
from parley.people.accounts.viewer import Viewer, signed_in
from parley.people.sign_in.ops import set_marks_read
from parley.platform.errors import Refused
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import page, wants_fragment
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import join

# Notifications on the page of one part, and unread ones of each on the page of all parts.
PER_PAGE, MOST_OF_PART = 20, 5


@get("/for-you", name="for-you:page", opt={"who": MEMBER, "reading": True})
async def for_you(
    request: AnyRequest, part: FromQuery[str] = "", thread: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Response[Any]:
    """Show what is new for the member, or one `part` of it, or the unread comments of one thread, the oldest first.

    `after` is the last notification, thread or comment of the page before. Showing the page marks nothing as read.
    """
    viewer, after_id = signed_in(request), as_id(after)
    # Before the queries: "Mark all as read" must not include what is posted after them.
    opened_at = datetime.now(UTC).isoformat()
    only_thread = as_id(thread)
    if only_thread is not None:
        section = await _catch_up(viewer, only_thread, after_id)
        return page(request, "letters/for_you/catch_up.html", "list", section=section, shows_comments=True)
    chosen = part if part in PARTS else ""
    shown: dict[str, Any] = {"shows_comments": True}
    if chosen != "threads":
        shown |= await _addressed(viewer, chosen, after_id)
    if chosen in ("", "threads"):
        shown |= await _threads(viewer, after_id)
    return page(
        request,
        "letters/for_you/page.html",
        "list",
        part=chosen,
        counts=await queries.count_parts(viewer.id),
        opened_at=opened_at,
        **shown,
    )


async def _addressed(viewer: Viewer, part: str, before: int | None) -> dict[str, Any]:
    """Return one part of the notifications with its next page or, without `part`, the first unread ones of each."""
    if part:
        rows = await notifications.list_page(viewer.id, before, kinds=OF_PART[part])
        shown, newest = rows[:PER_PAGE], rows[0].id if rows else 0
        more = f"/for-you?part={part}&after={shown[-1].id}" if len(rows) > len(shown) else None
        return {"addressed": {part: await view.items(viewer, shown)}, "newest": newest, "more": more}
    found = {
        name: await notifications.list_page(viewer.id, kinds=kinds, only_unread=True) for name, kinds in OF_PART.items()
    }
    return {
        "addressed": {name: await view.items(viewer, rows[:MOST_OF_PART]) for name, rows in found.items()},
        "newest": max((rows[0].id for rows in found.values() if rows), default=0),
        "longer": {name for name, rows in found.items() if len(rows) > MOST_OF_PART},
    }


async def _threads(viewer: Viewer, after: int | None) -> dict[str, Any]:
    """Return a page of threads with unread comments, each with its newest ones."""
    threads = await queries.threads_with_unread(viewer.id, after=after)
    shown = threads[: queries.THREADS_PER_PAGE]
    ids = await queries.newest_unread_ids(viewer.id, shown)
    return {
        "sections": await view.sections(viewer, shown, ids, queries.COMMENTS_PER_THREAD),
        "more_threads": f"/for-you?part=threads&after={shown[-1].id}" if len(threads) > len(shown) else None,
    }


async def _catch_up(viewer: Viewer, thread: int, after: int | None) -> view.UnreadSection | None:
    """Return the oldest unread comments of a thread, or None if there are none."""
    threads = await queries.threads_with_unread(viewer.id, only_thread=thread)
    limit = queries.COMMENTS_PER_CATCH_UP
    # One more than the page shows, to know whether there are more.
    ids = await queries.unread_comment_ids(viewer.id, threads, limit=limit + 1, after=after)
    sections = await view.sections(viewer, threads, ids, limit)
    return sections[0] if sections else None


@get(["/notifications", "/notices"], name="for-you:former-notifications", opt={"who": MEMBER})
async def former_notifications() -> Redirect:
    return Redirect("/for-you?part=you", status_code=301)


@get("/unread", name="for-you:former-unread", opt={"who": MEMBER})
async def former_unread(thread: FromQuery[str] = "") -> Redirect:
    only_thread = as_id(thread)
    return Redirect(f"/for-you?thread={only_thread}" if only_thread else "/for-you?part=threads", status_code=301)


@post("/for-you/read", name="for-you:read", opt={"who": MEMBER})
async def mark_read(request: AnyRequest) -> Response[Any]:
    """Mark comments of one thread as read, all of it up to an event, or a part of the page as it was when opened."""
    viewer, form = signed_in(request), MarkReadForm(await posted_fields(request))
    if form.errors:
        raise Refused(join(" ", form.errors.values()))
    if form.thread is not None and form.seq is not None:
        await ops.mark_read_up_to(viewer.id, form.thread, form.seq)
    elif form.thread is not None:
        await ops.mark_comments_read(viewer.id, form.thread, form.shown)
    elif form.until is not None:
        await ops.mark_part_read(viewer.id, form.part, upto=form.upto, until=form.until)
    return Response(None, status_code=204) if wants_fragment(request) else Redirect(form.next, status_code=303)


@post("/settings/read-marks", name="for-you:read-marks", opt={"who": MEMBER})
async def set_read_marks(request: AnyRequest) -> Redirect:
    """Mark comments as read as the member sees them, or only when they say so."""
    await set_marks_read(signed_in(request), marks_read=Form(await posted_fields(request)).flag("on"))
    return Redirect("/for-you", status_code=303)


handlers: list[object] = [
    for_you, former_notifications, former_unread, mark_read, set_read_marks,
]  # fmt: skip
