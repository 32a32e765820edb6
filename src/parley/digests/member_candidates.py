"""What could be told to one member only: where they were, who answered them, what they follow."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from parley.core import db
from parley.digests.rules import HAS_CONTEXT, IS_CALM, IS_GOOD, IS_TELLABLE, IS_UNDISPUTED, NEWS_DAYS, QUALITY
from parley.digests.selection import Candidate, CandidateRow
from parley.digests.shared_candidates import BEST, PLACE
from parley.notifications.making import MOST_UNREAD
from parley.notifications.queries import NotificationRow, unread_for_digest

# Of each reader, the threads they read or follow that moved last.
MOVED = 5
# The best of each side, and one more where the reader shut the first out.
EACH = 2
# More than so many new comments are told as "99+"; the best is one of the newest then.
COUNTED = 100
KINDS = {"reply", "mention", "followed", "revised"}

# "offset 0" has PostgreSQL look each thread up by its key: else it reads all threads for every member.
READ = f"""
select v.thread, v.topic, c.created_at as at, {BEST} as best, c.id as comment,
       coalesce(c.author::text, c.imported_author) as author, c.stance, c.assisted,
       {QUALITY},
       m.id as member, v.follows, c.unread, v.seen_at as since
from unnest($1::bigint[]) m(id)
cross join lateral (
    select t.id as thread, t.topic, v.seen_at, coalesce(f.level = 'follow', false) as follows
    from visit v cross join lateral (select * from thread where id = v.thread offset 0) t
    left join follow f on f.member = m.id and f.thread = t.id
    where v.member = m.id and t.last_activity_at > v.seen_at and f.level is distinct from 'mute'
      and v.seen_at > $2::timestamptz - {2 * NEWS_DAYS} * interval '1 day' and {IS_CALM}
    order by t.last_activity_at desc, t.id limit {MOVED}
) v
cross join lateral (
    select * from (
        select c.*, count(*) over () as unread, {PLACE} from (
            select * from comment one
            where one.thread = v.thread
              and one.created_at > greatest(v.seen_at, $2::timestamptz - {NEWS_DAYS} * interval '1 day')
            order by one.created_at desc limit {COUNTED}
        ) c
        where c.author is distinct from m.id and {IS_GOOD} and {HAS_CONTEXT}
    ) c where c.place <= {EACH} and {IS_UNDISPUTED}
) c
"""  # noqa: S608 constants only


# Comments whose notifications are unread, those of kinds $2 (about the reader) also without context; and the newest
# revision of articles.
NOTICED = f"""
select t.id as thread, t.topic, c.created_at as at, {BEST} as best, c.id as comment,
       coalesce(c.author::text, c.imported_author) as author, c.stance, c.assisted,
       {QUALITY}
from comment c join thread t on t.id = c.thread
where c.id = any($1::bigint[]) and (c.id = any($2::bigint[]) or {HAS_CONTEXT}) and {IS_TELLABLE} and {IS_CALM}
"""  # noqa: S608 constants only
REVISED = f"""
select t.id as thread, t.topic, t.revision, r.created_at as at
from thread t join revision r on r.article = t.article and r.number = t.revision
where t.id = any($1::bigint[]) and {IS_CALM}
"""  # noqa: S608 constants only


class Read(CandidateRow, frozen=True):
    """A comment in a thread that a member looked at before it was written."""

    member: int
    follows: bool
    unread: int
    since: datetime


class RevisedThread(msgspec.Struct, frozen=True):
    thread: int
    topic: str
    revision: int
    at: datetime


async def own(members: Sequence[int], now: datetime) -> dict[int, list[Candidate]]:
    """What could be told to each of these members alone."""
    found: dict[int, list[Candidate]] = defaultdict(list)
    notifications = await unread_for_digest(members)
    followed = {(row.member, row.thread) for row in notifications if row.kind == "followed"}
    for row in await db.fetch(Read, READ, list(members), now):
        # Of a thread that is followed they hear in the digest if they want that, and are told once.
        if (row.member, row.thread) in followed or not row.follows:
            kind = "followed" if row.follows else "read"
            if row.is_good_enough(kind):
                found[row.member].append(row.candidate(kind, now, unread=row.unread, since=row.since))
    visited = {(member, one.thread) for member, mine in found.items() for one in mine}
    comments = [row.comment for row in notifications if row.comment is not None and row.kind != "revised"]
    about_them = [row.comment for row in notifications if row.kind in {"reply", "mention"}]
    known = {row.comment: row for row in await db.fetch(CandidateRow, NOTICED, comments, about_them)}
    revised = [row.thread for row in notifications if row.kind == "revised"]
    articles = {row.thread: row for row in await db.fetch(RevisedThread, REVISED, revised)}
    for member, kind, rows in _grouped(notifications):
        if kind == "followed" and (member, rows[0].thread) in visited:
            continue
        if kind == "revised":
            found[member] += [_revision(articles[row.thread]) for row in rows[:1] if row.thread in articles]
        else:
            told = [known[row.comment] for row in rows[-COUNTED:] if row.comment in known]
            # There are no more notifications of a thread than this, however much was written.
            unread = len(rows) if len(rows) < MOST_UNREAD else 0
            since = rows[0].created_at
            good = [row for row in told if row.is_good_enough(kind)]
            found[member] += [row.candidate(kind, now, unread=unread, since=since) for row in good]
    return found


def _grouped(notifications: Sequence[NotificationRow]) -> Iterator[tuple[int, str, list[NotificationRow]]]:
    """Notifications of one kind and thread together, as there is one story of a thread."""
    groups: dict[tuple[int, str, int | None], list[NotificationRow]] = defaultdict(list)
    for row in notifications:
        if row.kind in KINDS:
            groups[row.member, row.kind, row.thread].append(row)
    for (member, kind, _), rows in groups.items():
        yield member, kind, rows


def _revision(row: RevisedThread) -> Candidate:
    return Candidate("revised", row.thread, row.topic, row.at, 1.0, revision=row.revision)
