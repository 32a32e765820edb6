"""Events of the whole site in the order in which they were committed, so that no reader misses one.

Ids are given before the commit: of two transactions, the later id may become visible first. So events are ordered by
their transaction, and only those of transactions before every one that still runs are read: none can come among them.
"""

import re
from datetime import datetime

import msgspec

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
    """Something that happened in a thread. It has no text: read the comment, if that may still be read.

    `position` orders all events of the site, `seq` those of the thread.
    """

    position: str
    thread: int
    seq: int
    kind: str
    comment: int | None
    created_at: datetime


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
