"""What readers already know and do not want, read for many members at once."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from parley.discussion.comments.rules import ALL_WORDS
from parley.letters.news.candidates import DigestReader, ItemKey
from parley.letters.notifications.rules import IS_MAIL, SETTINGS_JOINS
from parley.people.accounts.muted_words import muted_word
from parley.platform import db

T = TypeVar("T")

SELECT_VISITS = """
select v.member, v.thread, v.seen_at, v.read_until, v.read, t.topic
from visit v join thread t on t.id = v.thread where v.member = any($1)
"""
# Where they wrote or voted last, so that they know its article.
SELECT_PART_TAKEN = """
select h.member, h.thread, max(h.at) as at, t.topic from (
    select author as member, thread, created_at as at from comment where author = any($1)
    union all select member, thread, changed_at from vote where member = any($1)
) h join thread t on t.id = h.thread group by h.member, h.thread, t.topic
"""
SELECT_ANSWERED = """
select author as member, parent as comment from comment where author = any($1) and parent = any($2)
union select member, comment from vote where member = any($1) and comment = any($2)
"""
SELECT_HIDDEN_AUTHORS = """
select member, other::text as author from block where member = any($1) and coalesce(muted_until > now(), true)
union select other, member::text from block where other = any($1) and kind = 'block'
"""
# Items of earlier issues, and comments whose notification was mailed or read.
SELECT_ALREADY_SENT = f"""
select member, comment, thread, revision from issue_item
where delivered and member = any($1) and (comment = any($2) or comment is null or thread = any($3))
union all
select n.member, n.comment, n.thread, null from notification n {SETTINGS_JOINS}
where n.kind in ('reply', 'mention', 'followed') and n.comment = any($2) and n.member = any($1)
  and ({IS_MAIL} or n.read_at is not null)
"""  # noqa: S608 constants only
SELECT_LEVELS = """
select member, thread, null as topic, level, coalesce(muted_until > now(), false) as is_paused
from follow where member = any($1) and (level in ('mute', 'follow') or muted_until > now())
union all
select member, null, topic, level, coalesce(muted_until > now(), false) from topic_follow where member = any($1)
"""
SELECT_MUTED_WORDS = """
select member, array_agg(word order by id) as words from muted_word
where member = any($1) and coalesce(muted_until > now(), true) group by member
"""
SELECT_WORDS = f"""
select c.id as comment, c.thread, {ALL_WORDS} as words from comment c where c.id = any($1)
union all
select 0, t.id, concat_ws(' ', t.title, h.text) from thread t
left join thesis h on h.thread = t.id and h.ended_at is null
where t.id = any($2)
"""  # noqa: S608 constants only
SELECT_HIDING_ASSISTED = "select id from member where id = any($1) and assisted <> 'show'"


class ThreadVisit(msgspec.Struct, frozen=True):
    """When a member last opened a thread, and what they read there (discussion/threads/reading.py)."""

    member: int
    thread: int
    seen_at: datetime
    read_until: datetime
    read: list[int]
    topic: str


class PartTaken(msgspec.Struct, frozen=True):
    member: int
    thread: int
    at: datetime
    topic: str


class Answered(msgspec.Struct, frozen=True):
    """A comment that a member replied to or voted on, so they have read it."""

    member: int
    comment: int


class HiddenAuthor(msgspec.Struct, frozen=True):
    member: int
    author: str


class SentItem(msgspec.Struct, frozen=True):
    member: int
    comment: int | None
    thread: int
    revision: int | None

    @property
    def keys(self) -> tuple[ItemKey, ItemKey]:
        """The item itself, and its article, which is not new to the reader either."""
        return (self.comment or 0, 0 if self.comment else self.thread, self.revision or 0), (0, self.thread, 0)


class FollowLevel(msgspec.Struct, frozen=True):
    """A thread that a member mutes or follows, or how often a topic is in their digest."""

    member: int
    thread: int | None
    topic: str | None
    level: str
    # It is muted for a while.
    is_paused: bool

    @property
    def is_mute(self) -> bool:
        return self.is_paused or self.level == "mute"


class MutedWords(msgspec.Struct, frozen=True):
    member: int
    words: list[str]


class ItemWords(msgspec.Struct, frozen=True):
    """The words of a comment, or of an article, whose comment is 0."""

    comment: int
    thread: int
    words: str

    @property
    def key(self) -> ItemKey:
        return self.comment, 0 if self.comment else self.thread, 0


async def readers(
    members: Sequence[int], comments: Sequence[int], articles: Sequence[int], without_weekly: Container[int]
) -> list[DigestReader]:
    """Return what each of these members knows and does not want, as far as it concerns `comments` and `articles`.

    `articles` are ids of threads. For members `without_weekly`, topics that they want once a week count as muted.
    """
    ids = list(members)
    visits = await db.fetch(ThreadVisit, SELECT_VISITS, ids)
    opened: dict[int, dict[int, datetime]] = defaultdict(dict)
    read_until: dict[int, dict[int, datetime]] = defaultdict(dict)
    for visit in visits:
        opened[visit.member][visit.thread] = visit.seen_at
        read_until[visit.member][visit.thread] = visit.read_until
    parts = await db.fetch(PartTaken, SELECT_PART_TAKEN, ids)
    for part in parts:
        opened[part.member][part.thread] = max(part.at, opened[part.member].get(part.thread, part.at))
    answered = await db.fetch(Answered, SELECT_ANSWERED, ids, list(comments))
    read = _sets(
        [
            *((visit.member, comment) for visit in visits for comment in visit.read),
            *((row.member, row.comment) for row in answered),
        ]
    )
    levels = await db.fetch(FollowLevel, SELECT_LEVELS, ids)
    followed = [(row.member, row.topic) for row in levels if row.topic and row.level in {"follow", "weekly"}]
    own_topics = _sets([*((row.member, row.topic) for rows in (visits, parts) for row in rows), *followed])
    muted_topics = _sets(
        (row.member, row.topic)
        for row in levels
        if row.topic and (row.is_mute or (row.level == "weekly" and row.member in without_weekly))
    )
    muted_threads = _sets((row.member, row.thread) for row in levels if row.thread and row.is_mute)
    followed_threads = _sets((row.member, row.thread) for row in levels if row.thread and row.level == "follow")
    hidden = _sets((row.member, row.author) for row in await db.fetch(HiddenAuthor, SELECT_HIDDEN_AUTHORS, ids))
    rows = await db.fetch(SentItem, SELECT_ALREADY_SENT, ids, list(comments), list(articles))
    already_sent = _sets((row.member, key) for row in rows for key in row.keys)
    unwanted = await _with_muted_words(ids, comments, articles)
    collapsing = set(await db.values(SELECT_HIDING_ASSISTED, ids))
    return [
        DigestReader(
            id=member,
            topics=frozenset(own_topics[member]),
            opened=opened[member],
            read_until=read_until[member],
            read=frozenset(read[member]),
            already_sent=frozenset(already_sent[member]),
            hidden_authors=frozenset(hidden[member]),
            muted_threads=frozenset(muted_threads[member]),
            followed_threads=frozenset(followed_threads[member]),
            muted_topics=frozenset(muted_topics[member]),
            unwanted=frozenset(unwanted[member]),
            collapses_assisted=member in collapsing,
        )
        for member in members
    ]


async def _with_muted_words(
    members: Sequence[int], comments: Sequence[int], articles: Sequence[int]
) -> defaultdict[int, set[ItemKey]]:
    """Return the comments and articles that contain a word which the member muted."""
    muted = await db.fetch(MutedWords, SELECT_MUTED_WORDS, members)
    items = await db.fetch(ItemWords, SELECT_WORDS, list(comments), list(articles)) if muted else []
    words_of = {row.member: tuple(row.words) for row in muted}
    return _sets(
        (member, item.key) for member, words in words_of.items() for item in items if muted_word(words, item.words)
    )


def _sets(pairs: Iterable[tuple[int, T]]) -> defaultdict[int, set[T]]:
    sets: defaultdict[int, set[T]] = defaultdict(set)
    for member, value in pairs:
        sets[member].add(value)
    return sets
