"""The record of what moderators and rules did: rows that are only added, each chained to the one before."""

from hashlib import sha256
from typing import Any

import msgspec
import structlog

from parley.core import db
from parley.core.http.access import Viewer

WRITE = """
insert into mod_action (at, actor, role, action, kind, target, before, after, guideline, reason, automated, decision,
                        request)
values (now(), $1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9, $10, $11, $12)
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


async def write(actor: Viewer | None, entry: Entry, *, role: str = "automatic") -> None:
    """Add to the record in the open transaction; without an actor it was a rule or the clock, or who `role` says.

    The record is locked until the transaction ends, so this comes after every other lock.
    """
    await db.execute(
        WRITE,
        actor.id if actor else None,
        actor.role if actor else role,
        entry.action,
        entry.kind,
        entry.target,
        msgspec.json.encode(entry.before).decode(),
        msgspec.json.encode(entry.after).decode(),
        entry.guideline,
        entry.reason,
        actor is None and role == "automatic",
        entry.decision,
        structlog.contextvars.get_contextvars().get("request"),
    )


class Chain(msgspec.Struct, frozen=True):
    """The record as far as it is whole, the hash of the last entry of that, and the first one that is not."""

    entries: int
    hash: str
    broken: int | None = None


class RecordRow(msgspec.Struct, frozen=True):
    id: int
    prev_hash: bytes
    hash: bytes
    words: str


# What `mod_action_digest` (schema.sql) hashes. The hash is computed here: who rewrote the record could change that too.
WRITTEN = """
select id, prev_hash, hash, (jsonb_build_array(id, extract(epoch from at), actor, role, action, kind, target, before,
       after, guideline, reason, automated, decision)
       || case when request is null then '[]' else jsonb_build_array(request) end)::text as words
from mod_action where id > $1 order by id limit 5000
"""


async def walk() -> Chain:
    """Follow the chain to its end, or to the first entry that is changed or comes after a missing one."""
    last, former = 0, b""
    while rows := await db.fetch(RecordRow, WRITTEN, last):
        for row in rows:
            hashed = sha256(former + row.words.encode()).digest()
            if (row.id, row.prev_hash, row.hash) != (last + 1, former, hashed):
                return Chain(last, former.hex(), row.id)
            last, former = row.id, row.hash
    return Chain(last, former.hex())


async def hash_of(entry: int) -> str | None:
    """The hash that an entry has now."""
    found: str | None = await db.value("select encode(hash, 'hex') from mod_action where id = $1", entry)
    return found
