"""The page of unread comments, in all of a member's threads."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from parley.discussion.threads import reading
from parley.letters.for_you import ops, queries, view
from parley.people.accounts.viewer import signed_in
from parley.platform.errors import Refused
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.http.forms import Form, posted_fields
from parley.platform.http.pages import local_path, page, wants_fragment
from parley.platform.text.cleaning import as_id, as_ids
from parley.platform.text.messages import N_, join

# The most ids accepted. A page shows 40 comments of one thread at most.
MOST_IDS = 500


class MarkReadForm(Form):
    """Which comments of a thread were read or up to which event all were, or the time up to which all threads were."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.thread = self.id("thread")
        self.shown = as_ids(self.values.get("shown", ""), MOST_IDS)
        self.seq = self.id("seq")
        self.next = local_path(self.values.get("next") or "/unread")
        self.until = _parse_time(self.values.get("until", ""))
        if self.thread is None and self.until is None:
            self.errors["until"] = N_("Choose a thread to mark as read, or mark all of them.")


def _parse_time(raw: str) -> datetime | None:
    """Return a time written in ISO 8601 with an offset; None for anything else."""
    try:
        time = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo is not None else None


@get("/unread", name="unread:list", opt={"who": MEMBER, "reading": True})
async def unread(request: AnyRequest, thread: FromQuery[str] = "", after: FromQuery[str] = "") -> Response[Any]:
    """Show threads with unread comments, the latest activity first, starting below the thread `after`.

    With `thread`, show only that thread, starting after the comment `after`. Showing the page marks nothing as read.
    """
    viewer, only_thread, after_id = signed_in(request), as_id(thread), as_id(after)
    # Before the queries: "Mark all read" must not include comments that are posted after them.
    opened_at = datetime.now(UTC)
    threads = await queries.threads_with_unread(
        viewer.id, only_thread=only_thread, after=None if only_thread else after_id
    )
    shown = threads[: queries.THREADS_PER_PAGE]
    limit = queries.COMMENTS_PER_THREAD_PAGE if only_thread else queries.COMMENTS_PER_THREAD
    # One more of each thread than the page shows, to know whether there are more.
    ids = await queries.unread_comment_ids(viewer.id, shown, limit=limit + 1, after=after_id if only_thread else None)
    return page(
        request,
        "letters/for_you/list.html",
        "list",
        sections=await view.sections(viewer, shown, ids, limit),
        only_thread=only_thread,
        opened_at=opened_at.isoformat(),
        next_url=f"/unread?after={shown[-1].id}" if len(threads) > len(shown) else None,
    )


@post("/unread/read", name="unread:read", opt={"who": MEMBER})
async def mark_read(request: AnyRequest) -> Response[Any]:
    """Mark comments of one thread as read, or everything that was in it or everywhere when the page was made."""
    viewer, form = signed_in(request), MarkReadForm(await posted_fields(request))
    if form.errors:
        raise Refused(join(" ", form.errors.values()))
    if form.thread is not None and form.seq is not None:
        await ops.mark_read_up_to(viewer.id, form.thread, form.seq)
    elif form.thread is not None:
        await reading.mark_read(viewer.id, form.thread, form.shown)
    elif form.until is not None:
        await ops.mark_all_read(viewer.id, form.until)
    return Response(None, status_code=204) if wants_fragment(request) else Redirect(form.next, status_code=303)


handlers: list[object] = [unread, mark_read]
