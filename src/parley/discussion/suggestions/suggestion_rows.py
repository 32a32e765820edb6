"""One suggested update as it is stored."""

import hashlib
from datetime import datetime

import msgspec

from parley.platform import db


class SuggestionRow(msgspec.Struct, frozen=True):
    """A suggested update. `member` is None if the account was closed, `member_id` for conflicts with the source."""

    id: int
    thread: int
    title: str
    member_id: int | None
    member: str | None
    state: str
    draft: bytes | None
    # Of a correction: the lineage of its passage, and why the member suggests it.
    passage: int | None
    reason: str
    answer: str
    created_at: datetime
    decided_at: datetime | None

    @property
    def digest(self) -> str:
        """A hash that changes when the member replaces what they suggested."""
        return hashlib.sha256((self.draft or b"") + self.reason.encode()).hexdigest()[:16]


SELECT_SUGGESTION = """
select s.id, s.thread, t.title, s.member as member_id, m.name as member, s.state, s.draft,
       s.passage, s.reason, s.answer,
       s.created_at, s.decided_at
from suggested_update s join thread t on t.id = s.thread
left join member m on m.id = s.member and m.state <> 'anonymised'
where s.id = $1 and s.thread = $2
"""


async def one(suggestion: int, thread: int) -> SuggestionRow | None:
    return await db.fetch_one(SuggestionRow, SELECT_SUGGESTION, suggestion, thread)
