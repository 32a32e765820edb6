"""Events of the whole site, to poll (JSON) or to follow (Server-Sent Events)."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated

import msgspec
import structlog
from litestar import Response, Router, get
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec import Meta

from parley.interfaces.api import events, fields
from parley.interfaces.api.answers import answer_write, problems
from parley.interfaces.api.events import SiteEvent
from parley.interfaces.api.paging import LONGEST_CURSOR, Limit
from parley.platform.db.outages import OUTAGES
from parley.platform.errors import Busy, Unavailable
from parley.platform.http.access import ANYONE, AnyRequest, address_of
from parley.platform.networks import Holdings, Source, source
from parley.platform.observability import load_shedding
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

STREAM = "text/event-stream"
# In one process. Each asks the database four times a second, which takes 0.1 ms when nothing happened.
MOST_STREAMS = 50
# So that nobody takes all of them.
MOST_OF_HOST = 5
POLL_SECONDS = 0.25
# Between two batches of a stream that reads former events, so that it does not take the time of other requests.
PAUSE_SECONDS = 0.05
QUIET_SECONDS = 15.0
LONGEST_SECONDS = 1_800.0
BATCH = 200

EventPosition = Annotated[
    str | None,
    QueryParameter(
        max_length=LONGEST_CURSOR, description="A position: events after it. `0-0` is the beginning; default is now."
    ),
]


class EventPage(msgspec.Struct, frozen=True):
    """Events in order; `after` is the position with which to ask for those that follow."""

    items: fields.Items[SiteEvent]
    after: Annotated[str, Meta(description="The position with which to ask for the next events.")]


@get("/events", name="api:events", responses=problems(422))
async def site_events(request: AnyRequest, after: EventPosition = None, limit: Limit = 100) -> Response[EventPage]:
    """What happened on the site, in order and without gaps. `Accept: text/event-stream` follows it."""
    follows = STREAM in request.headers.get("accept", "")
    given = (request.headers.get("last-event-id") if follows else None) or after
    position = events.check(given) if given else await events.newest()
    if follows:
        return _follow(request, position)  # type: ignore[return-value]
    new = await events.after(position, limit)
    return answer_write(EventPage(new, new[-1].position if new else position))


_open = Holdings(MOST_OF_HOST)


def _follow(request: AnyRequest, position: str) -> Stream:
    load_shedding.shed("streams")
    client = source(address_of(request))
    if _open.of_host.total() >= MOST_STREAMS or not _open.may_add(client):
        raise Busy(N_("Too many programs follow the events already. Ask for them without a stream."), 30)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(_stream(request, position, client), media_type=STREAM, headers=headers)


async def _stream(request: AnyRequest, position: str, client: Source) -> AsyncIterator[bytes]:
    """Yield events until the stream is old, the server stops, or the database does not answer.

    A client continues after the last id.
    """
    _open.add(client)
    began = quiet_since = monotonic()
    try:
        yield b": hello\n\n"
        while monotonic() - began < LONGEST_SECONDS and not request.app.state.ending:
            try:
                new = await events.after(position, BATCH)
            except (Unavailable, *OUTAGES) as error:
                log.warning("a stream of events ended", error=repr(error))
                return
            if new:
                position = new[-1].position
                yield b"".join(map(_as_message, new))
            if new or monotonic() - quiet_since > QUIET_SECONDS:
                quiet_since = monotonic()
                yield b": here\n\n"
            await asyncio.sleep(POLL_SECONDS if len(new) < BATCH else PAUSE_SECONDS)
    finally:
        # Synchronous, so that cancellation cannot skip it.
        _open.remove(client)


def _as_message(event: SiteEvent) -> bytes:
    return b"id: %s\ndata: %s\n\n" % (event.position.encode(), msgspec.json.encode(event))


handlers = [Router("/", route_handlers=[site_events], opt={"who": ANYONE})]
