"""Following, muting, choosing how to hear of things, and having read what one was told."""

from collections.abc import Mapping, Sequence
from functools import partial

from parley.core import db
from parley.core.errors import NotFound
from parley.core.events.notify import Signal, notify
from parley.mail import end_hold
from parley.notifications.queries import unread
from parley.notifications.rules import BATCHED, LIST

FOLLOW = """
insert into follow (member, thread, level, channel, since) select $1, id, $3, $4, now() from thread where id = $2
on conflict (member, thread) do update set level = excluded.level, channel = excluded.channel,
    since = case when follow.level = excluded.level then follow.since else excluded.since end
"""
TOPIC_FOLLOW = """
insert into topic_follow (member, topic, level, since) select $1, slug, $3, now() from topic where slug = $2
on conflict (member, topic) do update set level = excluded.level
"""
TOPIC_UNFOLLOW = "delete from topic_follow where member = $1 and topic = $2 and (level = 'mute') = ($3 = 'mute')"
TOPICS = """
insert into topic_follow (member, topic, level, since)
select $1, topic, level, now() from unnest($2::text[], $3::text[]) chosen(topic, level) where level <> 'usual'
on conflict (member, topic) do update set level = excluded.level
"""
TOPICS_AS_USUAL = "delete from topic_follow where member = $1 and topic = any($2)"
LEVEL = "select level from follow where member = $1 and thread = $2"
CHANNEL = """
insert into follow (member, thread, level, channel, since) select $1, id, 'none', $3, now() from thread where id = $2
on conflict (member, thread) do update set channel = excluded.channel
"""
PREFER = """
insert into notification_preference (member, kind, channel) select $1, * from unnest($2::text[], $3::text[])
on conflict (member, kind) do update set channel = excluded.channel
"""
SET_QUIET = """
insert into quiet_hours (member, starts, ends) values ($1, $2, $3)
on conflict (member) do update set starts = excluded.starts, ends = excluded.ends
"""
# News of a thread are read by opening it; what is meant for its reader, by having its comment on the page.
READ_ON_PAGE = """
update notification n set read_at = now()
where n.member = $1 and n.thread = $2 and n.read_at is null and (
    $3::bigint[] is null or n.comment = any($3) or n.kind = 'revised'
    or n.kind = 'followed' and n.event <= (select id from event where thread = $2 and seq = $4)
)
"""
READ_ALL = """
update notification set read_at = now()
where member = $1 and id <= $2 and ($3::bigint is null or thread = $3) and read_at is null
"""
READ_UPDATE = "update notification set read_at = now() where member = $1 and suggestion = $2 and read_at is null"
DECIDED = """
insert into notification (member, kind, decision, created_at)
select one.member, 'decision', d.id, now() from decision d cross join lateral (
    select d.member where d.action = 'role'
    or d.guideline is not null and d.action in ('remove', 'collapse', 'warn', 'silence', 'suspend')
    union
    select r.reporter from report r
    where r.item = d.item and r.reporter is not null and r.outcome is not null and r.resolved_at >= d.created_at
) one(member)
where d.id = $1 and one.member is not null
on conflict (decision, member) where decision is not null do update set read_at = null, created_at = now()
where notification.member = (select member from decision where id = excluded.decision)
    or exists (select from decision d join report r on r.item = d.item where d.id = excluded.decision
               and d.state = 'overturned' and r.reporter = notification.member and r.outcome = 'declined')
"""
# One that waits is news to who began the thread; one that was decided, to who suggested it.
SUGGESTED = """
insert into notification (member, kind, suggestion, thread, actor, created_at)
select one.member, 'update', s.id, s.thread, one.actor, now()
from suggested_update s join thread t on t.id = s.thread cross join lateral (
    select t.starter, s.member where s.state = 'waiting'
    union all
    select s.member, s.decided_by where s.state <> 'waiting'
) one(member, actor)
where s.id = $1 and one.member is not null and one.member is distinct from one.actor
on conflict (suggestion, member) where suggestion is not null do update set read_at = null, created_at = now()
"""


async def follow_thread(member: int, thread: int, level: str, channel: str | None = None) -> None:
    """Follow a thread, mute it, or neither. Raises NotFound when there is no such thread."""
    if not await db.execute(FOLLOW, member, thread, level, channel):
        raise NotFound("This thread does not exist.")
    await _tell(thread)


async def unfollow_thread(member: int, thread: int, level: str) -> None:
    """Take following, or muting, back; where a member does the other, nothing changes."""
    if await db.value(LEVEL, member, thread) == level:
        await follow_thread(member, thread, "none")


async def follow_topic(member: int, topic: str, level: str, *, on: bool) -> None:
    """Follow or mute a topic, or take that back. Raises NotFound when there is none of this name."""
    if await db.value("select 1 from topic where slug = $1", topic) is None:
        raise NotFound("There is no such topic.")
    await db.execute(TOPIC_FOLLOW if on else TOPIC_UNFOLLOW, member, topic, level)
    await _tell()


async def set_topics(member: int, levels: Mapping[str, str]) -> None:
    """Choose how often each of these topics is in the digest: a level of `TopicFollow`, or `usual`."""
    async with db.atomic():
        await db.execute(TOPICS_AS_USUAL, member, [topic for topic, level in levels.items() if level == "usual"])
        await db.execute(TOPICS, member, list(levels), list(levels.values()))
    await _tell()


async def set_channel(member: int, thread: int, channel: str | None) -> None:
    """Hear of one thread by another way than of others; None takes that back."""
    await db.execute(CHANNEL, member, thread, channel)


async def set_channels(member: int, channels: Mapping[str, str]) -> None:
    """Choose by which way to hear of each kind of notification."""
    await db.execute(PREFER, member, list(channels), list(channels.values()))
    await _tell()


async def set_quiet_hours(member: int, hours: tuple[int, int] | None) -> None:
    """Hold letters at once from one hour to another, or never. Letters that wait are held by the new hours."""
    async with db.atomic():
        if hours:
            await db.execute(SET_QUIET, member, *hours)
        else:
            await db.execute("delete from quiet_hours where member = $1", member)
        await end_hold(LIST, member, BATCHED)


async def read_on_page(member: int, thread: int, comments: Sequence[int] | None, seq: int) -> None:
    """Have read what a thread's page showed: these comments, and the thread up to its event `seq`.

    None for `comments`: all of the thread that was told of so far.
    """
    if await db.execute(READ_ON_PAGE, member, thread, comments, seq):
        await _tell()


async def read_update(member: int, suggestion: int) -> int | None:
    """Have read of a suggested update, or of its decision; returns how much is unread then, None if nothing changed."""
    if not await db.execute(READ_UPDATE, member, suggestion):
        return None
    await _tell()
    return await unread(member)


async def read_all(member: int, upto: int, thread: int | None = None) -> None:
    """Have read all notifications up to number `upto`, or those of one thread."""
    await db.execute(READ_ALL, member, upto, thread)
    await _tell()


async def decided(decision: int) -> None:
    """Tell whom a decision concerns, and who reported its target.

    Once more when an appeal was answered: whom it concerns, and who reported where it was overturned.
    """
    await db.execute(DECIDED, decision)
    await _tell()


async def suggested(suggestion: int) -> None:
    """Notify the thread's starter of a suggested update that waits, or the member who suggested it of the decision."""
    await db.execute(SUGGESTED, suggestion)
    await _tell()


async def _tell(thread: int = 0) -> None:
    """Have open pages count anew, and pages of `thread` that are kept for a moment made anew."""
    await db.when_committed(partial(notify, Signal(thread, notifications=True)))
