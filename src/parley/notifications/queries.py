"""Reading notifications: how many are unread, and which there are, as they may be shown at this moment."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from parley.accounts import names
from parley.comments.rules import IS_VISIBLE
from parley.core import db
from parley.notifications.quiet_hours import QuietSpan
from parley.notifications.rules import IS_FOR_DIGEST, IS_SHOWN, JUDGED_BY

PAGE = 60
# A counter says no more than "99+", and looks no further than it must.
MOST_COUNTED = 200

# Sorts after every other character.
LAST = "\U0010ffff"
IS_NAMED = """
m.name_key collate "C" >= $1 and m.name_key collate "C" < $2
and m.state not in ('unverified', 'deactivated', 'anonymised')
"""

# Of one member `{}`: a thread that is followed counts once, however much was written in it.
COUNTED = f"""
select count(distinct case when n.kind = 'followed' then -n.thread else n.id end) from (
    select * from notification one where one.member = {{}} and one.read_at is null
    order by one.kind = 'followed', one.id desc limit {MOST_COUNTED}
) n {JUDGED_BY}
where {IS_SHOWN}
"""  # noqa: S608 constants only
UNREAD = COUNTED.format("$1")
# One member after another, each by their own few notifications: joined at once, whole tables would be read.
UNREAD_OF_ALL = f"""
select member, unread from (
    select asked.member, ({COUNTED.format("asked.member")}) as unread from unnest($1::bigint[]) asked(member)
) counted where unread > 0
"""  # noqa: S608 constants only


class UnreadCount(msgspec.Struct, frozen=True):
    member: int
    unread: int


async def unread(member: int) -> int:
    """How many notifications a member has to read."""
    count: int = await db.value(UNREAD, member)
    return count


async def unread_of_all(members: Collection[int]) -> dict[int, int]:
    """How many notifications each of these members has to read; those with none are left out."""
    return {row.member: row.unread for row in await db.fetch(UnreadCount, UNREAD_OF_ALL, list(members))}


class NotificationRow(msgspec.Struct, frozen=True):
    """A notification that may be shown, without the words it is about."""

    id: int
    member: int
    kind: str
    thread: int | None
    thread_title: str | None
    slug: str | None
    comment: int | None
    parent: int | None
    decision: int | None
    # What was decided, about whose comment; or what became of the member's report.
    action: str | None
    about_me: bool
    outcome: str | None
    # A suggested update, whether it still waits for a decision, and who suggested it: `me`, `member`, or the `source`,
    # which said something else than what was corrected here.
    suggestion: int | None
    suggestion_state: str | None
    suggested_by: str | None
    created_at: datetime
    is_unread: bool


# Of what somebody reported again since, it is the first report that this decision answered.
COLUMNS = """
n.id, n.member, n.kind, n.thread, t.title as thread_title, t.slug, n.comment, c.parent, n.decision,
d.action, coalesce(d.member = n.member, false) as about_me,
(select case when d.state = 'overturned' and r.outcome = 'declined' then 'overturned' else r.outcome end
 from report r where r.item = d.item and r.reporter = n.member and r.resolved_at >= d.created_at
 order by r.resolved_at, r.id limit 1) as outcome,
n.suggestion, (select s.state from suggested_update s where s.id = n.suggestion) as suggestion_state,
(select case when s.member is null then 'source' when s.member = n.member then 'me' else 'member' end
 from suggested_update s where s.id = n.suggestion) as suggested_by,
n.created_at, n.read_at is null as is_unread
"""
LISTED = f"""
select {COLUMNS} from notification n {JUDGED_BY}
where n.member = $1 and ($2::bigint is null or n.id < $2) and {IS_SHOWN}
order by n.id desc limit $3
"""  # noqa: S608 constants only


async def listed(member: int, before: int | None = None) -> list[NotificationRow]:
    """A page of a member's notifications and the first of the next, the newest first."""
    return await db.fetch(NotificationRow, LISTED, member, before, PAGE + 1)


FOR_DIGEST = f"""
select {COLUMNS} from notification n {JUDGED_BY}
where n.member = any($1::bigint[]) and n.read_at is null and {IS_SHOWN}
and {IS_FOR_DIGEST}
order by n.member, n.id
"""  # noqa: S608 constants only


async def unread_for_digest(members: Sequence[int]) -> list[NotificationRow]:
    """What these members have not read and want to read of in their digest; so does what no letter could tell them."""
    return await db.fetch(NotificationRow, FOR_DIGEST, list(members))


class Following(msgspec.Struct, frozen=True):
    """How a member stands to a thread: `follow`, `none` or `mute`, and by which way they hear of it."""

    level: str = "none"
    channel: str | None = None


async def standing(member: int, thread: int) -> Following:
    found = await db.fetch_one(
        Following, "select level, channel from follow where member = $1 and thread = $2", member, thread
    )
    return found or Following()


async def topic_level(member: int, topic: str) -> str | None:
    """How a member stands to a topic, where they chose."""
    return (await topic_levels(member)).get(topic)


class TopicLevel(msgspec.Struct, frozen=True):
    topic: str
    level: str


async def topic_levels(member: int) -> dict[str, str]:
    """How often topics are in a member's digest, as far as they chose."""
    rows = await db.fetch(TopicLevel, "select topic, level from topic_follow where member = $1", member)
    return {row.topic: row.level for row in rows}


class Followed(msgspec.Struct, frozen=True):
    """A thread, or a topic, that a member follows or mutes."""

    level: str
    channel: str | None
    title: str
    address: str
    # Where to take it back.
    act: str


FOLLOWED = """
select level, channel, title, address, act from (
    select f.level, f.channel, t.title, '/t/' || t.id || '/' || t.slug as address, '/t/' || t.id as act, f.since
    from follow f join thread t on t.id = f.thread where f.member = $1 and f.level <> 'none'
    union all
    select tf.level, null, p.name, '/?topic=' || p.slug, '/topic/' || p.slug, tf.since
    from topic_follow tf join topic p on p.slug = tf.topic where tf.member = $1
) every order by since desc limit 200
"""


async def followed(member: int) -> list[Followed]:
    """What a member follows and mutes, the last first."""
    return await db.fetch(Followed, FOLLOWED, member)


class Preferred(msgspec.Struct, frozen=True):
    kind: str
    channel: str


async def preferred(member: int) -> dict[str, str]:
    """By which way a member hears of each kind, as far as they chose."""
    rows = await db.fetch(Preferred, "select kind, channel from notification_preference where member = $1", member)
    return {row.kind: row.channel for row in rows}


QUIET = """
select q.starts, q.ends, m.zone from quiet_hours q join member m on m.id = q.member where q.member = $1
"""


async def quiet_hours(member: int) -> QuietSpan | None:
    """The hours in which letters at once to a member wait; None where they never do."""
    return await db.fetch_one(QuietSpan, QUIET, member)


MOST_NAMES = 6
# Names are in the order of their bytes, in which a beginning is one range.
NAMED = f"""
select name from (
    (select m.id, m.name, 0 as place from member m
     where {IS_NAMED} and m.id in (select author from comment c where c.thread = $3 and {IS_VISIBLE}) limit $4)
    union all
    (select m.id, m.name, 1 from member m where {IS_NAMED} order by m.name_key collate "C" limit $4)
) found group by id, name order by min(place), name limit $4
"""  # noqa: S608 constants only


async def named(begin: str, thread: int | None) -> list[str]:
    """A few names that begin so, of those who wrote in `thread` first."""
    key = names.key(begin)
    return await db.values(NAMED, key, key + LAST, thread, MOST_NAMES) if key else []
