"""WebSub (https://www.w3.org/TR/websub/): telling a hub which feeds changed, so that subscribers hear of it at once.

Once a minute the hub gets the addresses of the feeds, and fetches them as anybody does. It learns nothing else.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import structlog

from parley.extraction.errors import CannotImport
from parley.extraction.fetching.fetch import post_form
from parley.interfaces.feeds.tables import HubPosition
from parley.platform import db
from parley.platform.settings import settings

log = structlog.get_logger(__name__)

# Events in a sweep, and addresses in a request to the hub.
BATCH, MOST = 2_000, 100
ACCEPTED = range(200, 300)
# Events that change what the feeds of the site and of topics list; all change the feed of their thread.
LISTED = {"thread.opened", "article.revised", "article.restricted"}


class WebSubEvent(msgspec.Struct, frozen=True):
    """An event, with its place in the log and the topic of its thread."""

    xid: str
    id: int
    thread: int
    topic: str
    kind: str


# As interfaces/api/events.py, without transactions among which events may still come.
SELECT_NEWEST = """
with newest as (
  select xid::text as xid, id from event where xid < pg_snapshot_xmin(pg_current_snapshot())
  order by event.xid desc, id desc limit 1)
insert into hub_position (id, xid, event)
select 1, coalesce((select xid from newest), '0'), coalesce((select id from newest), 0)
on conflict do nothing
"""
SELECT_CHANGES = """
select e.xid::text as xid, e.id, e.thread, t.topic, e.kind
from event e join thread t on t.id = e.thread, hub_position p
where (e.xid, e.id) > (p.xid::xid8, p.event) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
order by e.xid, e.id limit $1
"""


async def ping() -> int:
    """Tell the hub which feeds have changed since the last time, and return how many there were.

    If the hub does not answer, it is told again a minute later.
    """
    hub = settings().websub_hub
    if hub is None or await db.execute(SELECT_NEWEST):
        return 0
    changes = await db.fetch(WebSubEvent, SELECT_CHANGES, BATCH)
    addresses = feeds_of(changes)
    for at in range(0, len(addresses), MOST):
        if not await _tell(hub, addresses[at : at + MOST]):
            return 0
    if changes:
        last: dict[Any, Any] = {HubPosition.xid: changes[-1].xid, HubPosition.event: changes[-1].id}
        await HubPosition.update(last).where(HubPosition.id == 1)
    return len(addresses)


def feeds_of(changes: Sequence[WebSubEvent]) -> list[str]:
    """Return the addresses of the feeds that show these changes."""
    paths: set[str] = {f"/t/{change.thread}/feed" for change in changes}
    for change in changes:
        if change.kind in LISTED:
            paths |= {"/feed", f"/topic/{change.topic}/feed"}
    return [f"{settings().base_url}{path}.{ending}" for path in sorted(paths) for ending in ("atom", "json")]


async def _tell(hub: str, addresses: list[str]) -> bool:
    try:
        fields = {"hub.mode": "publish", "hub.url": addresses}
        status = await post_form(hub, fields, allow=settings().fetch_allow)
    except CannotImport as error:
        log.warning("hub not reached", reason=str(error))
        return False
    if status not in ACCEPTED:
        log.warning("hub refused", status=status)
    return status in ACCEPTED


def links(path: str) -> dict[str, str]:
    """Return the header that names the hub to readers of the feed at `path`; empty without a hub."""
    hub = settings().websub_hub
    return {"Link": f'<{hub}>; rel="hub", <{settings().base_url}{path}>; rel="self"'} if hub else {}
