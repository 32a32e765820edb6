"""Follow, mute, choose channels, mark notifications as read, and create those about decisions and updates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from piccolo.columns.combination import Where

from parley.discussion.threads.tables import Topic
from parley.letters.notifications import queries
from parley.letters.notifications.counts import unread
from parley.letters.notifications.queries import following
from parley.letters.notifications.rules import BATCHED, LIST
from parley.letters.notifications.tables import Notification, NotificationPreference, QuietHours, TopicFollow
from parley.moderation.decisions.rows import HAS_ANSWERED
from parley.people.mail import end_hold
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import NotFound
from parley.platform.events.notify import Signal, notify
from parley.platform.text.messages import N_

SET_LEVEL = """
insert into follow (member, thread, level, channel, since) select $1, id, $3, $4, now() from thread where id = $2
on conflict (member, thread) do update set level = excluded.level, channel = excluded.channel, muted_until = null,
    since = case when follow.level = excluded.level then follow.since else excluded.since end
"""
# For a while, after which the level counts again.
MUTE_UNTIL = """
insert into follow (member, thread, level, muted_until, since)
select $1, id, 'none', $3, now() from thread where id = $2
on conflict (member, thread) do update set muted_until = excluded.muted_until,
    level = case when follow.level = 'mute' then 'none' else follow.level end
"""
UNMUTE = """
update follow set muted_until = null, level = case when level = 'mute' then 'none' else level end
where member = $1 and thread = $2
"""
MUTE_TOPIC_UNTIL = """
insert into topic_follow (member, topic, level, muted_until, since) values ($1, $2, 'usual', $3, now())
on conflict (member, topic) do update set muted_until = excluded.muted_until,
    level = case when topic_follow.level = 'mute' then 'usual' else topic_follow.level end
"""
RESET_TOPICS = "delete from topic_follow where member = $1 and topic = any($2)"
SET_CHANNEL = """
insert into follow (member, thread, level, channel, since) select $1, id, 'none', $3, now() from thread where id = $2
on conflict (member, thread) do update set channel = excluded.channel
"""
# In order of id, as a move of a comment locks them: of several statements none must wait for another in a circle.
MARK_READ = """
update notification set read_at = now() where id in (
    select id from notification n where n.member = $1 and n.read_at is null and {} order by id for no key update)
"""
# Opening a thread shows its article as it is now, and of its comments only those that are read one by one.
MARK_REVISED_READ = MARK_READ.format("n.thread = $2 and n.kind = 'revised'")
MARK_READ_ABOUT = MARK_READ.format("n.thread = $2 and n.comment = any($3::bigint[])")
# Notifications of other kinds refer to a comment of the member's own, which is never unread.
MARK_READ_BEFORE = MARK_READ.format("""
n.thread = any($2::bigint[]) and n.created_at <= $3 and n.kind in ('reply', 'mention', 'followed')
""")
MARK_READ_UPTO = MARK_READ.format("n.id <= $2 and ($3::bigint is null or n.thread = $3) and n.kind = any($4)")
# A held or hidden comment was approved, or one that was removed or collapsed is shown again.
IS_PUBLISHED = """d.kind = 'comment' and (
    d.action = 'approve' and d.before ->> 'state' in ('pending', 'hidden') or d.action = 'restore')"""
# A new id makes it the newest in the list. "Mark all read" on a page that was opened before leaves it unread.
RENEW = "id = default, read_at = null, created_at = now()"
NOTIFY_OF_DECISION = f"""
insert into notification (member, kind, decision, thread, comment, created_at)
select one.member, 'decision', d.id, c.thread, c.id, now() from decision d
left join comment c on (d.action in ('move', 'ask') or {IS_PUBLISHED}) and c.id = d.target
cross join lateral (
    select d.member where d.action in ('role', 'move', 'ask', 'message') or {IS_PUBLISHED}
    or d.guideline is not null and d.action in (
        'remove', 'text', 'excerpt', 'passage', 'title', 'bio', 'name', 'collapse', 'statement', 'warn', 'silence',
        'suspend')
    union
    select r.reporter from report r
    where {HAS_ANSWERED} and r.reporter is not null and r.outcome is not null
) one(member)
where d.id = $1 and one.member is not null
on conflict (decision, member) where decision is not null do update set {RENEW}
where notification.member = (select member from decision where id = excluded.decision)
    or exists (select from decision d join report r on r.item = d.item where d.id = excluded.decision
               and d.state = 'overturned' and r.reporter = notification.member and r.outcome = 'declined')
"""  # noqa: S608 constants only
# A waiting update notifies the thread's starter; a decided one, the member who suggested it.
NOTIFY_OF_SUGGESTION = f"""
insert into notification (member, kind, suggestion, thread, actor, created_at)
select one.member, 'update', s.id, s.thread, one.actor, now()
from suggested_update s join thread t on t.id = s.thread cross join lateral (
    select t.starter, s.member where s.state = 'waiting'
    union all
    select s.member, s.decided_by where s.state <> 'waiting'
) one(member, actor)
where s.id = $1 and one.member is not null and one.member is distinct from one.actor
on conflict (suggestion, member) where suggestion is not null do update set {RENEW}
"""  # noqa: S608 a constant

NOTIFY_OF_PROPOSAL = f"""
insert into notification (member, kind, proposal, thread, comment, created_at)
select c.author, 'proposal', p.id, c.thread, c.id, now() from statement_proposal p join comment c on c.id = p.comment
where p.id = $1
on conflict (proposal, member) where proposal is not null do update set {RENEW}
"""  # noqa: S608 a constant


async def follow_thread(
    member: int, thread: int, level: str, channel: str | None = None, until: datetime | None = None
) -> None:
    """Follow a thread, mute it (`until` then), or neither. Raises NotFound."""
    is_paused = level == "mute" and until is not None
    done = (
        db.execute(MUTE_UNTIL, member, thread, until)
        if is_paused
        else db.execute(SET_LEVEL, member, thread, level, channel)
    )
    if not await done:
        raise NotFound(N_("This thread does not exist."))
    await _notify(thread)


async def unfollow_thread(member: int, thread: int, level: str) -> None:
    """Undo following, or muting; nothing changes if the member does the other."""
    if level == "mute":
        await db.execute(UNMUTE, member, thread)
        await _notify(thread)
    elif (await following(member, thread)).level == level:
        await follow_thread(member, thread, "none")


async def follow_topic(member: int, topic: str, level: str, *, on: bool, until: datetime | None = None) -> None:
    """Follow a topic or mute it (`until` then), or undo that. Raises NotFound."""
    if not await Topic.exists().where(Topic.slug == topic):
        raise NotFound
    if on and until is not None:
        await db.execute(MUTE_TOPIC_UNTIL, member, topic, until)
    elif on:
        await _put_topics(member, {topic: level})
    else:
        levels = ["mute", "usual"] if level == "mute" else ["follow", "weekly", "usual"]
        is_topic = (TopicFollow.member == member, TopicFollow.topic == topic)
        await TopicFollow.delete().where(*is_topic, TopicFollow.level.is_in(levels))
        await TopicFollow.update({TopicFollow.muted_until: None}).where(*is_topic)
    await _notify()


async def set_topics(member: int, levels: Mapping[str, str]) -> None:
    """Set how often each of these topics is in the digest: a level of `TopicFollow`, or `usual`."""
    async with db.atomic():
        # A form shows a topic that is muted for a while as muted.
        present = await queries.topic_levels(member)
        levels = {topic: level for topic, level in levels.items() if present.get(topic, "usual") != level}
        await db.execute(RESET_TOPICS, member, [topic for topic, level in levels.items() if level == "usual"])
        await _put_topics(member, {topic: level for topic, level in levels.items() if level != "usual"})
    await _notify()


async def _put_topics(member: int, levels: Mapping[str, str]) -> None:
    if levels:
        rows = [TopicFollow(member=member, topic=topic, level=level) for topic, level in levels.items()]
        unique = (TopicFollow.member, TopicFollow.topic)
        await TopicFollow.insert(*rows).on_conflict(unique, "DO UPDATE", [TopicFollow.level, TopicFollow.muted_until])


async def set_channel(member: int, thread: int, channel: str | None) -> None:
    """Set a channel for one thread, or with None use the channel of each kind again."""
    await db.execute(SET_CHANNEL, member, thread, channel)


async def set_channels(member: int, channels: Mapping[str, str]) -> None:
    if channels:
        rows = [NotificationPreference(member=member, kind=kind, channel=channel) for kind, channel in channels.items()]
        unique = (NotificationPreference.member, NotificationPreference.kind)
        await NotificationPreference.insert(*rows).on_conflict(unique, "DO UPDATE", [NotificationPreference.channel])
    await _notify()


async def set_quiet_hours(member: int, hours: tuple[int, int] | None) -> None:
    """Hold immediate mails from one hour to another, or never. Queued letters follow the new hours."""
    async with db.atomic():
        if hours:
            row = QuietHours(member=member, starts=hours[0], ends=hours[1])
            changed = [QuietHours.starts, QuietHours.ends]
            await QuietHours.insert(row).on_conflict(QuietHours.member, "DO UPDATE", changed)
        else:
            await QuietHours.delete().where(QuietHours.member == member)
        await end_hold(LIST, member, BATCHED)


async def mark_revised_read(member: int, thread: int) -> None:
    """Mark the notifications of new revisions of a thread's article as read."""
    if await db.execute(MARK_REVISED_READ, member, thread):
        await _notify()


async def read_update(member: int, suggestion: int) -> int | None:
    """Mark a suggested update as read. Returns the number of unread notifications, or None if nothing changed."""
    return await _read(member, Notification.suggestion == suggestion)


async def read_decision(member: int, decision: int) -> int | None:
    """Mark a decision as read. Returns what `read_update` does."""
    return await _read(member, Notification.decision == decision)


async def _read(member: int, is_of_target: Where) -> int | None:
    marked = (
        await Notification.update({Notification.read_at: NOW})
        .where(Notification.member == member, is_of_target, Notification.read_at.is_null())
        .returning(Notification.id)
    )
    if not marked:
        return None
    await _notify()
    return await unread(member)


async def read_all(
    member: int, upto: int, thread: int | None = None, *, kinds: Sequence[str] = queries.ALL_KINDS
) -> None:
    """Mark the notifications of these kinds up to id `upto` as read, or those of one thread."""
    await db.execute(MARK_READ_UPTO, member, upto, thread, kinds)
    await _notify()


async def mark_read_about(member: int, thread: int, comments: Sequence[int]) -> None:
    if await db.execute(MARK_READ_ABOUT, member, thread, list(comments)):
        await _notify()


async def mark_read_before(member: int, threads: Sequence[int], before: datetime) -> None:
    """Mark the notifications about new comments in these threads as read that were made until `before`."""
    if await db.execute(MARK_READ_BEFORE, member, list(threads), before):
        await _notify()


async def notify_decided(decision: int) -> None:
    """Notify the member concerned by a decision and the members who reported its target.

    After an appeal, the member concerned is notified again and, if the decision was overturned, those who reported.
    """
    await db.execute(NOTIFY_OF_DECISION, decision)
    await _notify()


async def notify_suggested(suggestion: int) -> None:
    """Notify the thread's starter of a suggested update that waits, or the member who suggested it of the decision."""
    await db.execute(NOTIFY_OF_SUGGESTION, suggestion)
    await _notify()


async def proposed_statement(proposal: int) -> None:
    """Notify the author of a comment for which a moderator proposes a statement."""
    await db.execute(NOTIFY_OF_PROPOSAL, proposal)
    await _notify()


async def _notify(thread: int = 0) -> None:
    """Have open pages count again, and cached pages of `thread` rendered again."""
    await db.when_committed(partial(notify, Signal(thread, notifications=True)))
