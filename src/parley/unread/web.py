"""The page of unread comments, over all of a member's threads."""

from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from parley.core.errors import Refused
from parley.core.http.access import MEMBER, AnyRequest, signed_in
from parley.core.http.forms import posted
from parley.core.http.pages import page, wants_fragment
from parley.core.text.cleaning import as_id
from parley.core.text.messages import joined
from parley.unread import ops, queries, view
from parley.unread.forms import ReadForm


@get("/unread", name="unread:list", opt={"who": MEMBER, "reading": True})
async def unread(request: AnyRequest, thread: FromQuery[str] = "", after: FromQuery[str] = "") -> Response[Any]:
    """Show threads with unread comments, the latest activity first, those that follow the thread `after`.

    With `thread` show only that one, with the comments that follow `after`. Showing the page marks nothing as read.
    """
    viewer, only, last = signed_in(request), as_id(thread), as_id(after)
    # Before the queries: "Mark all read" must not include comments that are posted after them.
    opened_at = datetime.now(UTC)
    threads = await queries.threads_with_unread(viewer.id, only=only, after=None if only else last)
    shown = threads[: queries.THREADS_A_PAGE]
    limit = queries.COMMENTS_OF_ONE_THREAD if only else queries.COMMENTS_A_THREAD
    ids = await queries.unread_comment_ids(viewer.id, shown, limit=limit, after=last if only else None)
    return page(
        request,
        "unread/list.html",
        "list",
        groups=await view.groups(viewer, shown, ids),
        only=only,
        opened_at=opened_at.isoformat(),
        next_url=f"/unread?after={shown[-1].id}" if len(threads) > len(shown) else None,
    )


@post("/unread/read", name="unread:read", opt={"who": MEMBER})
async def read(request: AnyRequest) -> Response[Any]:
    """Mark as read what the page showed of one thread, or everything until the page was made."""
    viewer, form = signed_in(request), ReadForm(await posted(request))
    if form.errors:
        raise Refused(joined(" ", form.errors.values()))
    if form.thread is not None:
        await ops.mark_read(viewer.id, form.thread, form.shown)
    elif form.before is not None:
        await ops.mark_all_read(viewer.id, form.before)
    return Response(None, status_code=204) if wants_fragment(request) else Redirect("/unread", status_code=303)


handlers: list[object] = [unread, read]
