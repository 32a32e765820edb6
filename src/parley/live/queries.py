"""What the hub reads: events in order, and the comments they are about as they may be shown now."""

from datetime import datetime
from typing import Any

import msgspec

from parley.comments.queries import CommentRow, scored_since
from parley.core import db


class EventRow(msgspec.Struct, frozen=True):
    seq: int
    kind: str
    thread: int
    comment: int | None


async def events_after(thread: int, seq: int, most: int) -> list[EventRow]:
    """The events of a thread after number `seq`, in order, at most `most`."""
    return await db.fetch(
        EventRow,
        "select seq, kind, thread, comment from event where thread = $1 and seq > $2 order by seq limit $3",
        thread,
        seq,
        most,
    )


async def last_seq(thread: int) -> int:
    seq: Any = await db.value("select last_seq from thread where id = $1", thread)
    return int(seq or 0)


class Newest(msgspec.Struct, frozen=True):
    id: int
    last_seq: int


async def newest(threads: list[int]) -> list[Newest]:
    """The number of the newest event of each thread."""
    return await db.fetch(Newest, "select id, last_seq from thread where id = any($1::bigint[])", threads)


async def scored_since_event(thread: int, seq: int) -> list[CommentRow]:
    """Comments whose votes changed since event `seq` was written."""
    moment = await db.value(
        "select created_at from event where thread = $1 and seq <= $2 order by seq desc limit 1", thread, seq
    )
    return await scored_since(thread, moment) if moment else []


async def scored_after(thread: int, moment: datetime) -> tuple[list[CommentRow], datetime]:
    """Comments whose votes changed after `moment`, and the time of the newest change."""
    rows = await scored_since(thread, moment)
    newest_at = await db.value(
        "select max(scored_at) from comment where thread = $1 and scored_at > $2", thread, moment
    )
    return rows, newest_at or moment
