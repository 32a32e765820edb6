"""What readers know, and what they do not want: read for many members at once."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from parley.core import db
from parley.digests.selection import Key, Reader

T = TypeVar("T")

# Where they were and when: by looking, writing or voting.
SEEN = """
select h.member, h.thread, max(h.at) as at, t.topic from (
    select member, thread, seen_at as at from visit where member = any($1)
    union all select author, thread, created_at from comment where author = any($1)
    union all select member, thread, changed_at from vote where member = any($1)
) h join thread t on t.id = h.thread group by h.member, h.thread, t.topic
"""
SHUT = """
select member, other::text as name from block where member = any($1)
union select other, member::text from block where other = any($1) and kind = 'block'
"""
# In an issue before; or as a notification by mail, or read on the page of notifications.
MAILED = """
select member, comment, thread, revision from issue_item
where told and member = any($1) and (comment = any($2) or comment is null or thread = any($3))
union all
select member, comment, thread, null from notification
where kind in ('reply', 'mention', 'followed') and comment = any($2) and member = any($1)
  and (by_mail or read_at is not null)
"""
STANCES = """
select member, thread, null as topic, level from follow where member = any($1) and level = 'mute'
union all select member, null, topic, level from topic_follow where member = any($1)
"""
ASSISTED = "select id from member where id = any($1) and assisted <> 'show'"


class Seen(msgspec.Struct, frozen=True):
    member: int
    thread: int
    at: datetime
    topic: str


class MutedName(msgspec.Struct, frozen=True):
    member: int
    name: str


class MailedItem(msgspec.Struct, frozen=True):
    member: int
    comment: int | None
    thread: int
    revision: int | None

    @property
    def keys(self) -> tuple[Key, Key]:
        """What was told; and that there is this article, which is no news after that."""
        return (self.comment or 0, 0 if self.comment else self.thread, self.revision or 0), (0, self.thread, 0)


class Stance(msgspec.Struct, frozen=True):
    """A thread that a member mutes, or how they want a topic."""

    member: int
    thread: int | None
    topic: str | None
    level: str


async def readers(
    members: Sequence[int], comments: Sequence[int], articles: Sequence[int], between: Container[int]
) -> list[Reader]:
    """What each of these members knows and does not want, as far as `comments` and `articles` could be told to them.

    An article goes by its thread. Members in `between` get an issue that is not their one of the week.
    """
    ids = list(members)
    seen: dict[int, dict[int, datetime]] = defaultdict(dict)
    topics: list[tuple[int, str]] = []
    for one in await db.fetch(Seen, SEEN, ids):
        seen[one.member][one.thread] = one.at
        topics.append((one.member, one.topic))
    stances = await db.fetch(Stance, STANCES, ids)
    topics += [(one.member, one.topic) for one in stances if one.topic and one.level in {"follow", "weekly"}]
    muted_topics = _sets(
        (one.member, one.topic)
        for one in stances
        if one.topic and (one.level == "mute" or (one.level == "weekly" and one.member in between))
    )
    muted_threads = _sets((one.member, one.thread) for one in stances if one.thread)
    shut = _sets((one.member, one.name) for one in await db.fetch(MutedName, SHUT, ids))
    rows = await db.fetch(MailedItem, MAILED, ids, list(comments), list(articles))
    mailed = _sets((one.member, key) for one in rows for key in one.keys)
    folding, own = set(await db.values(ASSISTED, ids)), _sets(topics)
    return [
        Reader(
            id=member,
            topics=frozenset(own[member]),
            seen=seen[member],
            mailed=frozenset(mailed[member]),
            shut=frozenset(shut[member]),
            muted_threads=frozenset(muted_threads[member]),
            muted_topics=frozenset(muted_topics[member]),
            folds_assisted=member in folding,
        )
        for member in members
    ]


def _sets(pairs: Iterable[tuple[int, T]]) -> defaultdict[int, set[T]]:
    found: defaultdict[int, set[T]] = defaultdict(set)
    for member, one in pairs:
        found[member].add(one)
    return found
