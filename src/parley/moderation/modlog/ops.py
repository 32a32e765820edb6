"""The record of moderation: rows are only added, each chained to the one before by its hash."""

from hashlib import sha256
from typing import Any

import msgspec
import structlog

from parley.moderation.modlog.tables import ModAction
from parley.people.accounts.viewer import Viewer
from parley.platform import db

# An entry about member $2, about a comment of theirs, or about a discussion that they opened.
CONCERNS_MEMBER = """(
  kind = 'member' and target = $2
  or kind = 'comment' and exists (select from comment c where c.id = target and c.author = $2)
  or kind = 'article' and exists (select from thread t where t.id = target and t.starter = $2))
"""
FORGET = """
update mod_action set reason = '', before = mod_action_without_words(before), after = mod_action_without_words(after),
  salt = null
where salt is not null
"""
FORGET_WORDS = f"""
{FORGET} and ($2::bigint is null or {CONCERNS_MEMBER}) and concat_ws(' ', reason, before ->> 'why', after ->> 'why',
  before ->> 'collapsed', after ->> 'collapsed', before ->> 'statement', after ->> 'statement') ~* $1
"""
# What moderators removed from the profile of member $1; with $2 also what they removed as a statement.
FORGET_REMOVED = f"""
{FORGET} and (
  kind = 'member' and target = $1 and (before ?| '{{name,bio,title}}' or after ?| '{{name,bio,title}}')
  or $2 and kind = 'comment' and (before ? 'statement' or after ? 'statement')
    and exists (select from comment c where c.id = target and c.author = $1 and c.body = ''))
"""
# As `mod_action_digest` and `mod_action_words` (schema.sql), which somebody who manipulates the database could change.
SELECT_WRITTEN = """
select id, prev_hash, hash, words, salt, jsonb_build_array(before, after, reason)::text as said,
       (jsonb_build_array(id, extract(epoch from at), actor, role, action, kind, target, encode(words, 'hex'),
       guideline, automated, decision)
       || case when request is null then '[]' else jsonb_build_array(request) end)::text as facts
from mod_action where id > $1 order by id limit 5000
"""


class Entry(msgspec.Struct, frozen=True):
    """An act of moderation, with the state of its target `before` and `after`."""

    action: str
    kind: str
    target: int
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    guideline: str | None = None
    reason: str = ""
    decision: int | None = None


async def write(actor: Viewer | None, entry: Entry, *, role: str = "automatic") -> None:
    """Add an entry in the open transaction. Without an actor it is an automatic rule or job, unless `role` says else.

    A trigger locks the record until the transaction ends, so take all other locks before.
    """
    row = ModAction(
        actor=actor.id if actor else None,
        role=actor.role if actor else role,
        action=entry.action,
        kind=entry.kind,
        target=entry.target,
        before=msgspec.json.encode(entry.before).decode(),
        after=msgspec.json.encode(entry.after).decode(),
        guideline=entry.guideline,
        reason=entry.reason,
        automated=actor is None and role == "automatic",
        decision=entry.decision,
        request=structlog.contextvars.get_contextvars().get("request"),
    )
    await ModAction.insert(row)


class Chain(msgspec.Struct, frozen=True):
    """How many entries from the first are intact, the hash of the last of them, and the first broken one.

    Of the intact ones, the words of `forgotten` entries were erased.
    """

    entries: int
    hash: str
    broken: int | None = None
    forgotten: int = 0


class RecordRow(msgspec.Struct, frozen=True):
    """An entry with its two hashes, the digest of its words, and the texts from which the hashes are computed.

    Without a salt, its words were erased.
    """

    id: int
    prev_hash: bytes
    hash: bytes
    words: bytes
    salt: bytes | None
    said: str
    facts: str

    @property
    def has_its_words(self) -> bool:
        return self.salt is None or sha256(self.salt + self.said.encode()).digest() == self.words


async def forget(pattern: str, member: int | None = None) -> None:
    """Erase the words of entries that match a pattern: of all, or of those that concern a member.

    Facts and hashes stay.
    """
    await db.execute(FORGET_WORDS, pattern, member)


async def forget_removed(member: int, *, words: bool) -> None:
    """Erase the entries' copies of what moderators removed from a member's profile; with `words` also of statements."""
    await db.execute(FORGET_REMOVED, member, words)


async def verify() -> Chain:
    """Check the chain to its end, or to the first entry that was changed or follows a missing one."""
    last, last_hash, forgotten = 0, b"", 0
    while rows := await db.fetch(RecordRow, SELECT_WRITTEN, last):
        for row in rows:
            hashed = sha256(last_hash + row.facts.encode()).digest()
            is_whole = (row.id, row.prev_hash, row.hash) == (last + 1, last_hash, hashed) and row.has_its_words
            if not is_whole:
                return Chain(last, last_hash.hex(), row.id, forgotten)
            last, last_hash = row.id, row.hash
            forgotten += row.salt is None
    return Chain(last, last_hash.hex(), None, forgotten)


async def head() -> str | None:
    """The newest entry and its hash, as `parley log verify --head` takes them; None for an empty record."""
    row = await ModAction.select(ModAction.id, ModAction.hash).order_by(ModAction.id, ascending=False).first()
    return f"{row['id']}:{row['hash'].hex()}" if row else None


async def hash_of(entry: int) -> str | None:
    """The hash of an entry as stored; None where there is no such entry."""
    row = await ModAction.select(ModAction.hash).where(ModAction.id == entry).first()
    return row["hash"].hex() if row else None
