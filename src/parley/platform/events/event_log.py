"""The event log: numbered events of a thread, written in the transaction of the change.

`seq` is gap-free in each thread and in commit order, because `emit` holds the thread's row until commit.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from parley.platform.db import execute, in_transaction, value, when_committed
from parley.platform.events.notify import Signal, notify

EMIT_EVENT = """
with thread as (update thread set last_seq = last_seq + 1 where id = $1 returning last_seq)
insert into event (thread, seq, kind, comment, actor, payload)
select $1, thread.last_seq, $2, $3, $4, $5::jsonb from thread
returning seq
"""


async def emit(
    kind: str,
    *,
    thread: int,
    comment: int | None = None,
    actor: int | None = None,
    payload: dict[str, Any] | None = None,
) -> int:
    """Write an event into `thread`'s log, notify its readers after the commit, and return its number.

    Raises RuntimeError outside a transaction, since event and change must be committed together.
    """
    if not in_transaction():
        raise RuntimeError("emit() needs an open transaction")
    seq: int = await value(EMIT_EVENT, thread, kind, comment, actor, msgspec.json.encode(payload or {}).decode())
    await announce(thread, seq)
    return seq


EMIT_EACH = """
with thread as (
    update thread set last_seq = last_seq + cardinality($3::bigint[]) where id = $1 returning last_seq
)
insert into event (thread, seq, kind, comment, actor)
select $1, thread.last_seq - cardinality($3) + one.place, $2, one.comment, $4
from thread, unnest($3) with ordinality one(comment, place)
"""


async def emit_each(kind: str, *, thread: int, comments: Sequence[int], actor: int | None = None) -> None:
    """Write an event of the same kind for each of these comments, in their order, as `emit` does for one."""
    if not in_transaction():
        raise RuntimeError("emit_each() needs an open transaction")
    await execute(EMIT_EACH, thread, kind, list(comments), actor)
    await announce(thread, await value("select last_seq from thread where id = $1", thread))


async def announce(thread: int, seq: int) -> None:
    """Notify the readers of `thread` once the event is committed.

    Only for code that writes the event in the same statement as the change (posting.py); all other code calls
    `emit`.
    """
    await when_committed(lambda: notify(Signal(thread, seq)))
