"""The record of what moderators and rules did: rows that are only added, each chained to the one before (m0010)."""

from typing import Any

import msgspec

from parley.core import db
from parley.core.access import Viewer

WRITE = """
insert into mod_action (at, actor, role, action, kind, target, before, after, guideline, reason, automated, decision)
values (now(), $1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9, $10, $11)
"""


class Entry(msgspec.Struct, frozen=True):
    """One thing that was done to a target, which was `before` and is `after`."""

    action: str
    kind: str
    target: int
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    guideline: str | None = None
    reason: str = ""
    decision: int | None = None


async def write(actor: Viewer | None, entry: Entry) -> None:
    """Add to the record in the open transaction; without an actor it was a rule or the clock.

    The record is locked until the transaction ends, so this comes after every other lock.
    """
    await db.execute(
        WRITE,
        actor.id if actor else None,
        actor.role if actor else "automatic",
        entry.action,
        entry.kind,
        entry.target,
        msgspec.json.encode(entry.before).decode(),
        msgspec.json.encode(entry.after).decode(),
        entry.guideline,
        entry.reason,
        actor is None,
        entry.decision,
    )


BROKEN = """
select id from (
    select a.id, a.hash, mod_action_digest(a) as digest, a.prev_hash,
           lag(a.hash, 1, ''::bytea) over (order by a.id) as former,
           lag(a.id, 1, 0::bigint) over (order by a.id) as last
    from mod_action a
) c where hash <> digest or prev_hash <> former or id <> last + 1 order by id limit 1
"""


async def verify() -> int | None:
    """The number of the first row that is not as it was written, or after which one is missing; None: all is whole."""
    broken: int | None = await db.value(BROKEN)
    return broken
