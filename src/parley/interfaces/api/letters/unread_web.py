"""Unread comments in all my threads, and marking them as read."""

from typing import Annotated

import msgspec
from litestar import Response, Router, get, post
from litestar.params import JSONBody
from msgspec import Meta

from parley.discussion.commenting.web import thread_at
from parley.discussion.threads import reading
from parley.discussion.threads.web import MOST_READ
from parley.interfaces.api import fields
from parley.interfaces.api.answers import answer_member, from_row, problems
from parley.interfaces.api.bodies import Body
from parley.interfaces.api.letters.following_web import Id
from parley.interfaces.api.paging import After, after_id, page_of
from parley.interfaces.api.scopes import FOLLOW
from parley.letters.for_you import ops, queries
from parley.people.accounts.viewer import signed_in
from parley.platform.http.access import MEMBER, AnyRequest
from parley.platform.settings import settings


class Unread(msgspec.Struct, frozen=True):
    """A thread with comments that I have not read."""

    thread: fields.ThreadId
    url: fields.Url
    title: fields.Title
    count: Annotated[int, Meta(description="Number of unread comments; 100 means 100 or more.")]
    since: fields.Since


class UnreadPage(msgspec.Struct, frozen=True):
    items: fields.Items[Unread]
    next: fields.NextPage


class Seen(Body, frozen=True):
    """What I have read of a thread."""

    shown: Annotated[list[Id], Meta(max_length=MOST_READ, description="The ids of the comments that I have read.")] = []
    seq: Annotated[
        int, Meta(ge=0, le=2**63 - 1, description="I have read all up to the event with this number, from 1.")
    ] = 0
    passage: (
        Annotated[int, Meta(ge=1, le=2**63 - 1, description="The lineage of the passage where I stopped; null: none.")]
        | None
    ) = None


@get("/unread", name="api:unread", responses=problems(403, 422))
async def unread(request: AnyRequest, after: After = None) -> Response[UnreadPage]:
    """A page of threads with comments that are new to me, the latest activity first."""
    rows = await queries.threads_with_unread(signed_in(request).id, after=after_id(after))
    shown, following = page_of(request, rows, queries.THREADS_PER_PAGE)
    items = [from_row(Unread, row, thread=row.id, url=settings().base_url + row.address) for row in shown]
    return answer_member(request, UnreadPage(items, following))


@post("/threads/{thread:str}/seen", name="api:seen", status_code=204, responses=problems(403, 404))
async def seen(request: AnyRequest, thread: fields.ThreadPath, data: JSONBody[Seen]) -> None:
    """Mark comments of a thread as read."""
    row, member = await thread_at(thread), signed_in(request).id
    await reading.open_thread(member, row.id, passage=data.passage, seq=data.seq)
    await reading.mark_read(member, row.id, data.shown)
    if data.seq:
        await ops.mark_read_up_to(member, row.id, data.seq)


handlers = [Router("/", route_handlers=[unread, seen], opt={"who": MEMBER, "scope": FOLLOW})]
