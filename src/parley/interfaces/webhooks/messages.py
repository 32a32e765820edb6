"""The message about an event: what every reader may see when it is sent."""

from datetime import datetime

import msgspec

from parley.discussion.thesis import queries as theses
from parley.interfaces.api.discussion import comments, schemas
from parley.interfaces.api.discussion.reading_web import thesis_from
from parley.interfaces.api.moderation.rooms_web import Raid, raid_from
from parley.moderation.raids import ops as raids
from parley.platform.errors import NotFound
from parley.platform.settings import settings

# A message above this leaves out the text: the receiver can read the comment at its address.
LARGEST = 256_000
THESIS = "thesis.changed"


def message_id(event: int) -> str:
    """Return the id by which receivers know the message about an event, the same in every attempt."""
    return f"evt_{event}"


class EventData(msgspec.Struct, frozen=True):
    """An event (as /api/v1/events has it), and its comment as every reader sees it now, or null."""

    position: str | None
    thread: int | None
    seq: int | None
    url: str
    comment_id: int | None
    comment: schemas.Comment | None
    # What the article claims, with `thesis.changed`.
    thesis: schemas.Thesis | None = None
    # Raid mode as it is now, with `raid.began` and `raid.ended`.
    raid: Raid | None = None


class WebhookMessage(msgspec.Struct, frozen=True):
    """A message of Standard Webhooks."""

    type: str
    timestamp: datetime
    data: EventData


class DueEvent(msgspec.Struct, frozen=True):
    """An event that is to be sent."""

    event: int
    position: str | None
    thread: int | None
    seq: int | None
    kind: str
    comment: int | None
    happened_at: datetime
    raid: int | None

    @property
    def message_id(self) -> str:
        return message_id(self.event)


async def message(due: DueEvent) -> bytes:
    """Return the message of an event as JSON. What was removed since then is not in it."""
    if due.raid is not None:
        return _encode(due, None, raid=await _raid(due.raid))
    comment = await _comment(due.comment)
    thesis = thesis_from(await theses.of_thread(due.thread)) if due.kind == THESIS and due.thread else None
    encoded = _encode(due, comment, thesis)
    if comment is not None and len(encoded) > LARGEST:
        return _encode(due, msgspec.structs.replace(comment, body="", html=""))
    return encoded


async def _comment(number: int | None) -> schemas.Comment | None:
    if number is None:
        return None
    try:
        return await comments.one(str(number), None)
    except NotFound:
        return None


async def _raid(number: int) -> Raid | None:
    row = await raids.one(number)
    return raid_from(row) if row else None


def _encode(
    due: DueEvent, comment: schemas.Comment | None, thesis: schemas.Thesis | None = None, raid: Raid | None = None
) -> bytes:
    url = f"{settings().base_url}/mod/raids" if due.raid else f"{settings().base_url}/t/{due.thread}"
    data = EventData(due.position, due.thread, due.seq, url, due.comment, comment, thesis, raid)
    return msgspec.json.encode(WebhookMessage(due.kind, due.happened_at, data))
