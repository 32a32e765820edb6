"""Unread comments in all my threads, and marking them as read."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from parley.discussion.commenting.web import thread_at
from parley.discussion.threads import ops as threads
from parley.discussion.threads.web import MOST_SHOWN
from parley.interfaces.api.answers import answer, problems
from parley.interfaces.api.following_web import FOLLOWING, Id
from parley.interfaces.api.paging import After, after_id, next_page
from parley.letters.unread import queries
from parley.platform.http.access import AnyRequest, signed_in
from parley.platform.settings import settings


class Unread(msgspec.Struct, frozen=True):
    """A thread with comments that I have not read: how many, up to 100, and since when."""

    thread: int
    url: str
    title: str
    count: int
    since: datetime


class UnreadPage(msgspec.Struct, frozen=True):
    items: list[Unread]
    next: str | None


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What I have read of a thread: these comments, and all up to its event `seq`. `passage` is where I left off."""

    shown: Annotated[list[Id], msgspec.Meta(max_length=MOST_SHOWN)] = []
    seq: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] = 0
    passage: Id | None = None


@get("/unread", name="api:unread", opt=FOLLOWING, responses=problems(403, 422))
async def unread(request: AnyRequest, after: After = None) -> Response[UnreadPage]:
    """A page of threads with comments that are new to me, the latest activity first."""
    viewer, position = signed_in(request), after_id(after)

    async def make() -> UnreadPage:
        rows = await queries.threads_with_unread(viewer.id, after=position)
        shown = rows[: queries.THREADS_PER_PAGE]
        following = next_page(request, shown[-1].id) if len(rows) > len(shown) else None
        items = [Unread(row.id, settings().base_url + row.address, row.title, row.count, row.since) for row in shown]
        return UnreadPage(items, following)

    return await answer(request, make)


@post("/threads/{thread:str}/seen", name="api:seen", opt=FOLLOWING, status_code=204, responses=problems(403, 404))
async def seen(request: AnyRequest, thread: FromPath[str], data: JSONBody[Seen]) -> None:
    """Mark comments of a thread as read."""
    row = await thread_at(thread)
    await threads.record_visit(
        member=signed_in(request).id, thread_id=row.id, passage=data.passage, shown=data.shown, seq=data.seq
    )


handlers: list[Any] = [unread, seen]
