"""Events of the whole site, to poll (JSON) or to follow (Server-Sent Events)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated, Any

import msgspec
import structlog
from litestar import Response, get
from litestar.params import QueryParameter
from litestar.response import Stream

from parley.api import events
from parley.api.answers import answer_write, problems
from parley.api.events import SiteEvent
from parley.api.paging import LONGEST_CURSOR, Limit
from parley.core.errors import Busy, Unavailable
from parley.core.http.access import ANYONE, AnyRequest, address_of
from parley.core.http.failures import OUTAGES
from parley.core.networks import network, site
from parley.core.observability import load_shedding
from parley.core.text.messages import N_

log = structlog.get_logger(__name__)

STREAM = "text/event-stream"
# In one process. Each asks the database four times a second, which takes 0.1 ms when nothing happened.
MOST_STREAMS = 50
# Of the networks that one person may have (core/networks.py), so that nobody takes all of them.
MOST_OF_NETWORK = 10
POLL_SECONDS = 0.25
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

    items: list[SiteEvent]
    after: str


@get("/events", name="api:events", opt={"who": ANYONE}, responses=problems(422))
async def site_events(request: AnyRequest, after: EventPosition = None, limit: Limit = 100) -> Response[EventPage]:
    """What happened on the site, in order and without gaps. `Accept: text/event-stream` follows it."""
    follows = STREAM in request.headers.get("accept", "")
    given = (request.headers.get("last-event-id") if follows else None) or after
    position = events.check(given) if given else await events.newest()
    if follows:
        return _follow(request, position)  # type: ignore[return-value]
    new = await events.after(position, limit)
    return answer_write(EventPage(new, new[-1].position if new else position))


# How many streams are open, by network.
_open: Counter[str] = Counter()


def _follow(request: AnyRequest, position: str) -> Stream:
    load_shedding.shed("streams")
    client_network = site(network(address_of(request)))
    if _open.total() >= MOST_STREAMS or _open[client_network] >= MOST_OF_NETWORK:
        raise Busy(N_("Too many programs follow the events already. Ask for them without a stream."), 30)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(_stream(request, position, client_network), media_type=STREAM, headers=headers)


async def _stream(request: AnyRequest, position: str, client_network: str) -> AsyncIterator[bytes]:
    """Yield events until the stream is old, the server stops, or the database does not answer.

    A client continues after the last id.
    """
    _open[client_network] += 1
    began = quiet_since = monotonic()
    try:
        yield b": hello\n\n"
        while monotonic() - began < LONGEST_SECONDS and not request.app.state.ending:
            try:
                new = await events.after(position, BATCH)
            except (Unavailable, *OUTAGES) as error:
                log.warning("a stream of events ended", error=repr(error))
                return
            for event in new:
                position = event.position
                yield b"id: %s\ndata: %s\n\n" % (position.encode(), msgspec.json.encode(event))
            if new or monotonic() - quiet_since > QUIET_SECONDS:
                quiet_since = monotonic()
                yield b": here\n\n"
            if len(new) < BATCH:
                await asyncio.sleep(POLL_SECONDS)
    finally:
        # Synchronous, so that cancellation cannot skip it.
        _open[client_network] -= 1
        if not _open[client_network]:
            del _open[client_network]


handlers: list[Any] = [site_events]
