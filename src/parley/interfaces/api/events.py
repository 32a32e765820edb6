"""Events of the whole site in the order in which they were committed, so that no reader misses one.

Ids are given before the commit: of two transactions, the later id may become visible first. So events are ordered by
their transaction, and read only if it is older than every running one: no event can appear among them later.
"""

import re
from typing import Annotated

import msgspec
from msgspec import Meta

from parley.interfaces.api import fields
from parley.platform import db
from parley.platform.errors import InvalidFields
from parley.platform.text.messages import N_

FORMAT = re.compile(r"(0|[1-9][0-9]{0,18})-(0|[1-9][0-9]{0,17})")
START = "0-0"

SELECT_AFTER = """
select xid::text || '-' || id as position, thread, seq, kind, comment, created_at from event
where (xid, id) > ($1::text::xid8, $2::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
order by xid, id limit $3
"""
SELECT_NEWEST_POSITION = """
select xid::text || '-' || id from event where xid < pg_snapshot_xmin(pg_current_snapshot())
order by xid desc, id desc limit 1
"""


class SiteEvent(msgspec.Struct, frozen=True):
    """Something that happened in a thread. It has no text: read the comment, if that may still be read."""

    position: Annotated[str, Meta(description="Its place among all events of the site: ask for those `after` it.")]
    thread: fields.ThreadId
    seq: Annotated[int, Meta(description="The number of the event in its thread, from 1.")]
    kind: fields.Kind
    comment: fields.CommentOrNone
    created_at: fields.CreatedAt


def check(position: str) -> str:
    """Return a position that an event had. Raises InvalidFields for any other text."""
    if not FORMAT.fullmatch(position):
        raise InvalidFields(
            {"after": N_("This is not the position of an event. Leave `after` out to begin with the next event.")}
        )
    return position


async def after(position: str, most: int) -> list[SiteEvent]:
    """Return the events after a position, at most `most`."""
    xid, _, number = position.partition("-")
    return await db.fetch(SiteEvent, SELECT_AFTER, xid, int(number), most)


async def newest() -> str:
    """Return the position of the newest event."""
    return await db.value(SELECT_NEWEST_POSITION) or START
