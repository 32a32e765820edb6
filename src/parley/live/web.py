"""Server-Sent Events: `/t/{thread}/live` of one thread, `/notices/live` of one's notices, `/mod/queue/live`."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from litestar import Request, get
from litestar.params import FromPath
from litestar.types import ASGIApp, Receive, Scope, Send

from parley.comments.web import signed_in
from parley.core import strain
from parley.core.access import ANYONE, MEMBER, MODERATOR, address_of, viewer_of
from parley.core.errors import NotFound
from parley.core.text import as_id
from parley.live import render
from parley.live.caps import holder
from parley.live.desk import Seat
from parley.live.ears import Ear
from parley.live.hub import Hub
from parley.live.stream import HEADERS, Stream
from parley.moderation.web.staff import since_of, staff, wanted_of

AnyRequest = Request[Any, Any, Any]

DIGITS_OF_A_SEQ = 18


@get("/t/{thread:str}/live", name="live:stream", opt={"who": ANYONE})
async def live(request: AnyRequest, thread: FromPath[str]) -> ASGIApp:
    """Follow a thread from event `Last-Event-ID` (or `?last=`) on."""
    thread_id = as_id(thread)
    if thread_id is None:
        raise NotFound("This thread does not exist.")
    strain.give_way("streams")
    hub: Hub = request.app.state.hub
    viewer = viewer_of(request)
    owner = holder(viewer, address_of(request))
    stream = Stream(thread_id, owner, None)
    if viewer is not None:
        stream = Stream(thread_id, owner, viewer.session, viewer.id)
    return _streamed(stream, partial(hub.join, stream, _last(request)), partial(hub.leave, stream))


@get("/mod/queue/live", name="live:queue", opt={"who": MODERATOR})
async def queue(request: AnyRequest) -> ASGIApp:
    """Follow the queue: what came since the page was made, what the others look at, and what they decided."""
    hub: Hub = request.app.state.hub
    seat = Seat(staff(request), wanted_of(request), since_of(request))
    return _streamed(seat, partial(hub.sit, seat), partial(hub.rise, seat))


@get("/notices/live", name="live:notices", opt={"who": MEMBER})
async def notices(request: AnyRequest) -> ASGIApp:
    """Follow how many notices there are to read; `?shown=` says how many the page has."""
    strain.give_way("streams")
    hub: Hub = request.app.state.hub
    ear = Ear(signed_in(request), as_id(request.query_params.get("shown", "")) or 0)
    return _streamed(ear, partial(hub.listen, ear), partial(hub.stop_listening, ear))


def _streamed(stream: Stream, join: Callable[[], Awaitable[None]], leave: Callable[[], None]) -> ASGIApp:
    async def answer(_scope: Scope, receive: Receive, send: Send) -> None:
        # Here and not before, so that nothing can come between joining and leaving.
        await join()
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": render.hello(), "more_body": True})
            if await stream.run(receive, send):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leave()

    return answer


def _last(request: AnyRequest) -> int | None:
    raw = request.headers.get("last-event-id") or request.query_params.get("last") or ""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= DIGITS_OF_A_SEQ else None


handlers = [live, notices, queue]
