"""Reading notifications as far as they may be shown now, and settings of members."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.discussion.comments.rules import IS_VISIBLE
from parley.letters.notifications.rules import IS_FOR_DIGEST, IS_SHOWN, JOINS, KINDS, QuietSpan
from parley.letters.notifications.tables import NotificationPreference
from parley.moderation.decisions.rules import act
from parley.people.accounts import names
from parley.platform import db

PAGE = 60
ALL_KINDS = [kind.name for kind in KINDS]
# The counter shows at most "99+", so it need not count all.
MOST_COUNTED = 200

# Sorts after every other character.
LAST = "\U0010ffff"
IS_NAMED = """
m.name_key collate "C" >= $1 and m.name_key collate "C" < $2
and m.state not in ('unverified', 'deactivated', 'anonymised')
"""

# What is addressed to the member `{}`: not the new comments of a thread they follow, which the thread counts.
FROM_UNREAD = f"""
from (
    select * from notification one where one.member = {{}} and one.read_at is null and one.kind <> 'followed'
    order by one.id desc limit {MOST_COUNTED}
) n {JOINS}
where {IS_SHOWN}
"""  # noqa: S608 constants only
COUNT_UNREAD = f"select count(*) {FROM_UNREAD}"
# If the member reported the same again, `outcome` is the outcome of the first report that the decision answered.
NOTIFICATION_COLUMNS = """
n.id, n.member, n.kind, n.thread, t.title as thread_title, t.slug, n.comment, c.parent, n.decision,
d.action, d.kind as decided_on, coalesce(d.member = n.member, false) as about_me,
(select a.state from appeal a where a.decision = d.id and a.state in ('upheld', 'overturned', 'modified')) as appeal,
(select case when d.state = 'overturned' and r.outcome = 'declined' then 'overturned' else r.outcome end
 from report r where r.item = d.item and r.reporter = n.member and r.resolved_at >= d.created_at
 order by r.resolved_at, r.id limit 1) as outcome,
exists (select from report r join rights_request q on q.report = r.id
        where r.item = d.item and r.reporter = n.member and r.resolved_at >= d.created_at) as asked_for_less,
case when d.action in ('move', 'ask') then nullif(d.reason, '') end as moved_because,
n.suggestion, (select s.state from suggested_update s where s.id = n.suggestion) as suggestion_state,
(select case when s.member is null then 'source' when s.member = n.member then 'me' else 'member' end
 from suggested_update s where s.id = n.suggestion) as suggested_by,
n.proposal,
n.created_at, n.read_at is null as is_unread
"""
SELECT_NOTIFICATIONS = f"""
select {NOTIFICATION_COLUMNS} from notification n {JOINS}
where n.member = $1 and ($2::bigint is null or n.id < $2) and n.kind = any($3)
    and (n.read_at is null or not $4) and {IS_SHOWN}
order by n.id desc limit $5
"""  # noqa: S608 constants only
SELECT_FOR_DIGEST = f"""
select {NOTIFICATION_COLUMNS} from notification n {JOINS}
where n.member = any($1::bigint[]) and n.read_at is null and n.created_at > $2 and {IS_SHOWN}
and {IS_FOR_DIGEST}
order by n.member, n.id
"""  # noqa: S608 constants only
# What holds now: a mute for a while counts before the level.
LEVEL = "case when coalesce({row}.muted_until > now(), false) then 'mute' else {row}.level end"
SELECT_FOLLOWING = f"""
select {LEVEL.format(row="f")} as level, channel, case when muted_until > now() then muted_until end as muted_until
from follow f where member = $1 and thread = $2
"""  # noqa: S608 constants only
SELECT_TOPIC_LEVELS = f"""
select topic, level from (select topic, {LEVEL.format(row="f")} as level from topic_follow f where member = $1) chosen
where level <> 'usual'
"""  # noqa: S608 constants only
SELECT_FOLLOWED = f"""
select level, channel, muted_until, title, address, base_address from (
    select {LEVEL.format(row="f")} as level, f.channel, f.muted_until, t.title,
           '/t/' || t.id || '/' || t.slug as address, '/t/' || t.id as base_address,
           f.since
    from follow f join thread t on t.id = f.thread where f.member = $1
    union all
    select {LEVEL.format(row="tf")}, null, tf.muted_until, p.name, '/?topic=' || p.slug, '/topic/' || p.slug, tf.since
    from topic_follow tf join topic p on p.slug = tf.topic where tf.member = $1
) every where level in ('follow', 'weekly', 'mute') order by since desc limit 200
"""  # noqa: S608 constants only
SELECT_QUIET_HOURS = """
select q.starts, q.ends, m.zone from quiet_hours q join member m on m.id = q.member where q.member = $1
"""
MOST_NAMES = 6
# In byte order, all names with the same prefix are one range.
SELECT_MEMBER_NAMES = f"""
select name from (
    (select m.id, m.name, 0 as rank from member m
     where {IS_NAMED} and m.id in (select author from comment c where c.thread = $3 and {IS_VISIBLE}) limit $4)
    union all
    (select m.id, m.name, 1 from member m where {IS_NAMED} order by m.name_key collate "C" limit $4)
) found group by id, name order by min(rank), name limit $4
"""  # noqa: S608 constants only


class NotificationRow(msgspec.Struct, frozen=True):
    """A notification that may be shown; the text of its comment is read separately."""

    id: int
    member: int
    kind: str
    thread: int | None
    thread_title: str | None
    slug: str | None
    comment: int | None
    parent: int | None
    decision: int | None
    # What was decided, whether about this member, and the outcome of their appeal.
    action: str | None
    decided_on: str | None
    about_me: bool
    appeal: str | None
    # The outcome of the member's report, and whether it was a request to show less of an article.
    outcome: str | None
    asked_for_less: bool
    # Why a moderator moved the member's comment.
    moved_because: str | None
    # A suggested update with its state, and who suggested it: `me`, another `member`, or the `source`, if that differs
    # from corrections made here.
    suggestion: int | None
    suggestion_state: str | None
    suggested_by: str | None
    proposal: int | None
    created_at: datetime
    is_unread: bool

    @property
    def act(self) -> str:
        """The key of what the decision is called."""
        return act(self.decided_on or "", self.action or "")


async def list_page(
    member: int, before: int | None = None, *, kinds: Sequence[str] = ALL_KINDS, only_unread: bool = False
) -> list[NotificationRow]:
    """Return a page of a member's notifications, the newest first, and one more to see whether there is a next page."""
    return await db.fetch(NotificationRow, SELECT_NOTIFICATIONS, member, before, kinds, only_unread, PAGE + 1)


async def unread_for_digest(members: Sequence[int], since: datetime) -> list[NotificationRow]:
    """Return unread notifications since then that belong in these members' digests, as chosen or for lack of a mail."""
    return await db.fetch(NotificationRow, SELECT_FOR_DIGEST, list(members), since)


class FollowState(msgspec.Struct, frozen=True):
    """Whether a member follows a thread (`follow`, `none` or `mute`), and the channel that they chose for it."""

    level: str = "none"
    channel: str | None = None
    # When a mute ends.
    muted_until: datetime | None = None


class TopicLevel(msgspec.Struct, frozen=True):
    topic: str
    level: str


async def following(member: int, thread: int) -> FollowState:
    return await db.fetch_one(FollowState, SELECT_FOLLOWING, member, thread) or FollowState()


async def topic_level(member: int, topic: str) -> str | None:
    """Return how often a topic is in a member's digest, or None if they did not choose."""
    return (await topic_levels(member)).get(topic)


async def topic_levels(member: int) -> dict[str, str]:
    """Return how often topics are in a member's digest, for the topics that they chose."""
    return {row.topic: row.level for row in await db.fetch(TopicLevel, SELECT_TOPIC_LEVELS, member)}


class FollowedRow(msgspec.Struct, frozen=True):
    """A thread, or a topic, that a member follows or mutes."""

    level: str
    channel: str | None
    muted_until: datetime | None
    title: str
    address: str
    # `/follow` and `/mute` below it change what the member chose.
    base_address: str


async def followed_threads(member: int) -> list[FollowedRow]:
    return await db.fetch(FollowedRow, SELECT_FOLLOWED, member)


async def preferences_of(member: int) -> dict[str, str]:
    preference = NotificationPreference
    chosen = preference.select(preference.kind, preference.channel).where(preference.member == member)
    return {row["kind"]: row["channel"] for row in await chosen}


async def quiet_hours(member: int) -> QuietSpan | None:
    """Return the hours in which immediate mails to a member are held, or None."""
    return await db.fetch_one(QuietSpan, SELECT_QUIET_HOURS, member)


async def suggest_names(prefix: str, thread: int | None) -> list[str]:
    """Return a few names with this prefix, those of members who commented in `thread` first."""
    key = names.key(prefix)
    return await db.values(SELECT_MEMBER_NAMES, key, key + LAST, thread, MOST_NAMES) if key else []
