"""Server-Sent Events for threads, notifications and the moderators' queue."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from litestar import get
from litestar.params import FromPath
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.interfaces.live import render
from parley.interfaces.live.broadcast import Broadcaster
from parley.interfaces.live.queue_stream import QueueStream
from parley.interfaces.live.stream import HEADERS, NotificationStream, Stream
from parley.moderation.modqueue.requests import since_of, wanted_of
from parley.people.accounts.viewer import signed_in, staff, viewer_of
from parley.platform.db.pool import Urgency, set_urgency
from parley.platform.errors import NotFound
from parley.platform.http.access import ANYONE, MEMBER, ROOM_MODERATOR, AnyRequest, address_of
from parley.platform.observability import load_shedding
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

Opened = TypeVar("Opened", bound=Stream)
MAX_SEQ_DIGITS = 18


@get("/t/{thread:str}/live", name="live:stream", opt={"who": ANYONE})
async def live(request: AnyRequest, thread: FromPath[str]) -> ASGIApp:
    """Follow a thread from event `Last-Event-ID` (or `?last=`) on."""
    thread_id = as_id(thread)
    if thread_id is None:
        raise NotFound(N_("This thread does not exist."))
    load_shedding.shed("streams")
    set_urgency(Urgency.STREAMS)
    broadcaster: Broadcaster = request.app.state.broadcaster
    viewer = viewer_of(request)
    session, member = (viewer.session, viewer.id) if viewer is not None else (None, None)
    reads = viewer.reads if viewer is not None and request.query_params.get("reads") else ()
    stream = Stream(thread_id, address_of(request), session, member, reads)
    join = partial(broadcaster.join, last=_last_event_id(request))
    return _stream_response(stream, join, broadcaster.leave)


@get("/mod/queue/live", name="live:queue", opt={"who": ROOM_MODERATOR})
async def queue(request: AnyRequest) -> ASGIApp:
    """Follow the queue: new items since the page was made, and what other moderators are reviewing and have decided."""
    broadcaster: Broadcaster = request.app.state.broadcaster
    stream = QueueStream(staff(request), wanted_of(request), since_of(request))
    return _stream_response(stream, broadcaster.join_queue, broadcaster.leave_queue)


@get("/for-you/live", name="live:for-you", opt={"who": MEMBER})
async def for_you(request: AnyRequest) -> ASGIApp:
    """Follow the number beside *For you*; `?shown=` says how many the page shows."""
    load_shedding.shed("streams")
    broadcaster: Broadcaster = request.app.state.broadcaster
    stream = NotificationStream(signed_in(request), as_id(request.query_params.get("shown", "")) or 0)
    return _stream_response(stream, broadcaster.join_notifications, broadcaster.leave_notifications)


def _stream_response(
    stream: Opened, join: Callable[[Opened], Awaitable[None]], leave: Callable[[Opened], None]
) -> ASGIApp:
    async def answer(_scope: Scope, receive: Receive, send: Send) -> None:
        # Join only here, so that `finally` is certain to run.
        await join(stream)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": render.hello(), "more_body": True})
            if await stream.run(receive, send):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leave(stream)

    return answer


def _last_event_id(request: AnyRequest) -> int | None:
    raw = request.headers.get("last-event-id") or request.query_params.get("last") or ""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= MAX_SEQ_DIGITS else None


handlers: list[object] = [live, for_you, queue]
