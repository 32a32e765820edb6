"""`GET /t/{thread}/live`: Server-Sent Events of one thread."""

from litestar import asgi
from litestar.connection import Request
from litestar.types import Receive, Scope, Send

from parley.core.access import ANYONE, viewer_of
from parley.core.errors import NotFound
from parley.core.text import as_id
from parley.live.hub import Hub
from parley.live.stream import HEADERS, Stream
from parley.threads import queries as threads


@asgi("/t/{thread:str}/live", name="live:stream", opt={"who": ANYONE})
async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """Follow a thread from event `Last-Event-ID` (or `?last=`) on."""
    request = Request(scope, receive)  # type: ignore[arg-type,var-annotated]
    thread = as_id(str(request.path_params["thread"]))
    if thread is None or await threads.one(thread) is None:
        raise NotFound("This thread does not exist.")
    hub: Hub = request.app.state.hub
    viewer = viewer_of(request)
    client = request.client.host if request.client else ""
    owner = f"session:{viewer.session}" if viewer else f"address:{client}"
    stream = Stream(thread, owner, viewer.session if viewer else None)
    await hub.join(stream, _last(request))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        # A first word at once, so that the browser knows the stream is open.
        await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
        await stream.run(receive, send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        hub.leave(stream)


def _last(request: Request) -> int | None:  # type: ignore[type-arg]
    raw = request.headers.get("last-event-id") or request.query_params.get("last") or ""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else None  # noqa: PLR2004 fits in int8


handlers = [live]
