"""Server-Sent Events for threads, notifications and the moderators' queue."""

from collections.abc import Awaitable, Callable
from functools import partial

from litestar import get
from litestar.params import FromPath
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.interfaces.live import render
from parley.interfaces.live.broadcast import Hub
from parley.interfaces.live.limits import owner_of
from parley.interfaces.live.notification_stream import NotificationStream
from parley.interfaces.live.queue_stream import QueueStream
from parley.interfaces.live.stream import HEADERS, Stream
from parley.moderation.modqueue.requests import since_of, wanted_of
from parley.platform.errors import NotFound
from parley.platform.http.access import (
    ANYONE,
    MEMBER,
    MODERATOR,
    AnyRequest,
    address_of,
    signed_in,
    staff,
    viewer_of,
)
from parley.platform.observability import load_shedding
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

MAX_SEQ_DIGITS = 18


@get("/t/{thread:str}/live", name="live:stream", opt={"who": ANYONE})
async def live(request: AnyRequest, thread: FromPath[str]) -> ASGIApp:
    """Follow a thread from event `Last-Event-ID` (or `?last=`) on."""
    thread_id = as_id(thread)
    if thread_id is None:
        raise NotFound(N_("This thread does not exist."))
    load_shedding.shed("streams")
    hub: Hub = request.app.state.hub
    viewer = viewer_of(request)
    owner = owner_of(viewer, address_of(request))
    session, member = (viewer.session, viewer.id) if viewer is not None else (None, None)
    stream = Stream(thread_id, owner, session, member)
    return _stream_response(stream, partial(hub.join, stream, _last_event_id(request)), partial(hub.leave, stream))


@get("/mod/queue/live", name="live:queue", opt={"who": MODERATOR})
async def queue(request: AnyRequest) -> ASGIApp:
    """Follow the queue: new items since the page was made, and what other moderators are reviewing and have decided."""
    hub: Hub = request.app.state.hub
    stream = QueueStream(staff(request), wanted_of(request), since_of(request))
    return _stream_response(stream, partial(hub.join_queue, stream), partial(hub.leave_queue, stream))


@get("/notifications/live", name="live:notifications", opt={"who": MEMBER})
async def notifications(request: AnyRequest) -> ASGIApp:
    """Follow the number of unread notifications; `?shown=` says how many the page shows."""
    load_shedding.shed("streams")
    hub: Hub = request.app.state.hub
    stream = NotificationStream(signed_in(request), as_id(request.query_params.get("shown", "")) or 0)
    return _stream_response(stream, partial(hub.join_notifications, stream), partial(hub.leave_notifications, stream))


def _stream_response(stream: Stream, join: Callable[[], Awaitable[None]], leave: Callable[[], None]) -> ASGIApp:
    async def answer(_scope: Scope, receive: Receive, send: Send) -> None:
        # Join only here, so that `finally` is certain to run.
        await join()
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": render.hello(), "more_body": True})
            if await stream.run(receive, send):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leave()

    return answer


def _last_event_id(request: AnyRequest) -> int | None:
    raw = request.headers.get("last-event-id") or request.query_params.get("last") or ""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= MAX_SEQ_DIGITS else None


handlers: list[object] = [live, notifications, queue]
