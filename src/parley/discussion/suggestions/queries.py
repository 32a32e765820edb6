"""Reading suggested updates, and how many of them may wait."""

import hashlib
from datetime import datetime

import msgspec

from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

# Each stores a whole text until it is decided. Of the places in a thread, a member gets one more only while they have
# fewer than are free, so that nobody takes all of them. (The dynamic threshold of Choudhury and Hahne, 1998.)
MOST_OF_A_MEMBER = 10
MOST_IN_A_THREAD = 20

SELECT_SUGGESTION = """
select s.id, s.thread, t.title, s.member as member_id, m.name as member, s.state, s.created_at,
       s.draft, s.passage, s.reason, s.answer, s.decided_at
from suggested_update s join thread t on t.id = s.thread
left join member m on m.id = s.member and m.state <> 'anonymised'
where s.id = $1 and s.thread = $2
"""
# Those that member $1 may decide (all waiting ones if $2, for moderators), and the latest of their own.
SELECT_SUGGESTIONS = """
select s.id, s.thread, t.title, s.member as member_id, m.name as member, s.state, s.created_at
from suggested_update s join thread t on t.id = s.thread
left join member m on m.id = s.member and m.state <> 'anonymised'
where s.state = 'waiting' and ($2 or t.starter = $1) or s.member = $1
order by s.state = 'waiting' desc, s.id desc limit 100
"""
# One without a passage is for the whole article. It replaces the member's waiting one of the same.
INSERT_SUGGESTION = """
insert into suggested_update (thread, member, passage, draft, reason) values ($1, $2, $3, $4, $5)
on conflict (thread, member, coalesce(passage, 0)) where state = 'waiting'
do update set draft = excluded.draft, reason = excluded.reason, created_at = now()
returning id
"""
# The suggestion that the new one replaces does not count.
COUNT_WAITING = """
select count(*) filter (where member = $2) as of_member, count(*) filter (where thread = $1) as in_thread,
       count(*) filter (where thread = $1 and member = $2) as of_member_in_thread
from suggested_update where state = 'waiting' and (member = $2 or thread = $1)
and (thread, member, coalesce(passage, 0)) is distinct from ($1, $2, coalesce($3::bigint, 0))
"""


class SuggestionSummary(msgspec.Struct, frozen=True):
    """A suggestion in a list. `member` is None for a closed account, `member_id` for conflicts with the source."""

    id: int
    thread: int
    title: str
    member_id: int | None
    member: str | None
    state: str
    created_at: datetime


class SuggestionRow(SuggestionSummary, frozen=True):
    """A suggested update with its text."""

    draft: bytes | None
    # Of a correction: the lineage of its passage, and why the member suggests it.
    passage: int | None
    reason: str
    answer: str
    decided_at: datetime | None

    @property
    def digest(self) -> str:
        """A hash that changes when the member replaces what they suggested."""
        return hashlib.sha256((self.draft or b"") + self.reason.encode()).hexdigest()[:16]


class WaitingSuggestions(msgspec.Struct, frozen=True):
    of_member: int
    in_thread: int
    of_member_in_thread: int


async def one(suggestion: int, thread: int) -> SuggestionRow | None:
    return await db.fetch_one(SuggestionRow, SELECT_SUGGESTION, suggestion, thread)


async def list_suggestions(member: int, *, every: bool) -> list[SuggestionSummary]:
    """The suggested updates that concern a member; with `every`, all waiting ones, for moderators."""
    return await db.fetch(SuggestionSummary, SELECT_SUGGESTIONS, member, every)


async def refuse_too_many(thread: int, member: int, passage: int | None = None) -> None:
    """Raise Refused if too many suggestions of a member, or for a thread, wait. The caller has locked the thread.

    The new one is for one `passage` (a lineage) or, without, for the whole article.
    """
    # A member's suggestions are made one after the other, also those for different threads.
    await db.value("select pg_advisory_xact_lock(hashtextextended('suggested_update', $1))", member)
    waiting = await db.fetch_one(WaitingSuggestions, COUNT_WAITING, thread, member, passage)
    if waiting is not None and waiting.of_member >= MOST_OF_A_MEMBER:
        raise Refused(
            N_("{most} updates you suggested still wait for a decision. Please wait until some are decided."),
            most=MOST_OF_A_MEMBER,
        )
    if waiting is not None and waiting.in_thread + waiting.of_member_in_thread >= MOST_IN_A_THREAD:
        raise Refused(
            N_("{count} suggested updates of this article still wait for a decision. Please try again later."),
            count=waiting.in_thread,
        )
