"""Queries for live updates: events in order, and the present state of the comments that they are about."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from parley.discussion.comments.rules import IS_VISIBLE
from parley.discussion.threads.queries import StanceCounts
from parley.platform import db
from parley.platform.errors import NotFound
from parley.platform.text.messages import N_

MOST_SCORED = 500
# `scored_at` is set when a vote is counted; the vote is visible after its commit, at most this much later.
LATE_COMMIT = timedelta(seconds=5)

SELECT_EVENTS = """
select seq, kind, thread, comment, extract(epoch from clock_timestamp() - created_at)::float8 as age
from event where thread = $1 and seq > $2 order by seq limit $3
"""
SELECT_STATE = "select last_seq, clock_timestamp() - $2::interval as scored_from from thread where id = $1"
SELECT_LAST_SEQS = "select id as thread, last_seq from thread where id = any($1::bigint[])"
SELECT_SCORED = f"""
select c.id, c.base_ups + c.ups - c.base_downs - c.downs as score, c.scored_at from comment c
where c.thread = $1 and c.scored_at > $2 and {IS_VISIBLE} order by c.scored_at limit {MOST_SCORED}
"""  # noqa: S608 constants only
SELECT_TIME_OF_EVENT = "select created_at from event where thread = $1 and seq <= $2 order by seq desc limit 1"
SELECT_BALANCES = """
select coalesce(n.supports, 0) as supports, coalesce(n.challenges, 0) as challenges, coalesce(n.adds, 0) as adds,
       coalesce(n.asks, 0) as asks, coalesce(n.none, 0) as none, p.lineage
from unnest($2::bigint[]) p(lineage) left join passage_count n on n.thread = $1 and n.part = p.lineage::text
"""
SELECT_MUTED_WORDS = """
select member, array_agg(word order by id) as words from muted_word
where member = any($1) and coalesce(muted_until > now(), true) group by member
"""
SELECT_BLOCKED = "select member, other from block where kind = 'block' and other = any($2) and member = any($1)"


class EventRow(msgspec.Struct, frozen=True):
    seq: int
    kind: str
    thread: int
    comment: int | None
    # Seconds since it was written, by PostgreSQL's clock.
    age: float


class ThreadState(msgspec.Struct, frozen=True):
    """The newest event of a thread, and the time since which scores have to be read."""

    last_seq: int
    scored_from: datetime


class LastSeq(msgspec.Struct, frozen=True):
    """The number of a thread's newest event."""

    thread: int
    last_seq: int


class ScoredComment(msgspec.Struct, frozen=True):
    """A comment's score, and when its votes changed."""

    id: int
    score: int
    scored_at: datetime


class PassageBalance(StanceCounts, frozen=True):
    """The number of visible responses of each stance on a passage."""

    lineage: int = 0

    @property
    def balance(self) -> "PassageBalance":
        """Returns itself, so that templates can read `passage.balance` as they do on articles.queries.PassageRow."""
        return self

    @property
    def comment_count(self) -> int:
        return self.total


class BlockRow(msgspec.Struct, frozen=True):
    member: int
    other: int


async def events_after(thread: int, seq: int, most: int) -> list[EventRow]:
    """Return the events of a thread after number `seq`, in order, at most `most`."""
    return await db.fetch(EventRow, SELECT_EVENTS, thread, seq, most)


async def state(thread: int) -> ThreadState:
    """Return the state of a thread. Raises NotFound."""
    row = await db.fetch_one(ThreadState, SELECT_STATE, thread, LATE_COMMIT)
    if row is None:
        raise NotFound(N_("This thread does not exist."))
    return row


async def last_seqs(threads: list[int]) -> list[LastSeq]:
    """Return the number of the newest event of each thread."""
    return await db.fetch(LastSeq, SELECT_LAST_SEQS, threads) if threads else []


async def scored_after(thread: int, moment: datetime) -> list[ScoredComment]:
    """Return the comments whose votes changed after `moment`, in that order, at most MOST_SCORED."""
    return await db.fetch(ScoredComment, SELECT_SCORED, thread, moment)


async def scored_since_event(thread: int, seq: int) -> list[ScoredComment]:
    """Return the comments whose votes changed since event `seq` was written, as `scored_after` does."""
    moment = await db.value(SELECT_TIME_OF_EVENT, thread, seq)
    return await scored_after(thread, moment - LATE_COMMIT) if moment else []


async def balances(thread: int, lineages: list[int]) -> list[PassageBalance]:
    """Return the balance of each of these passages of a thread's article."""
    return await db.fetch(PassageBalance, SELECT_BALANCES, thread, lineages)


class MutedWords(msgspec.Struct, frozen=True):
    member: int
    words: list[str]


async def muted_words(members: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return the words that each of `members` muted, without those who muted none."""
    rows = await db.fetch(MutedWords, SELECT_MUTED_WORDS, list(members)) if members else []
    return {row.member: tuple(row.words) for row in rows}


async def blocked_by(members: Collection[int], authors: Collection[int]) -> dict[int | None, frozenset[int]]:
    """Return, for each of `members`, which of `authors` they blocked."""
    blocked: dict[int | None, set[int]] = defaultdict(set)
    if authors:
        for row in await db.fetch(BlockRow, SELECT_BLOCKED, list(members), list(authors)):
            blocked[row.member].add(row.other)
    return {member: frozenset(blocked[member]) for member in members}
