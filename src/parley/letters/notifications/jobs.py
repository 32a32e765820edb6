"""The worker's job for notifications: it handles new events and creates their notifications.

A batch of events takes the same few statements, however many there are and however many members follow their threads.
Running it again adds nothing.
"""

from collections.abc import Sequence
from functools import partial

import msgspec

from parley.discussion.comments.rules import IS_VISIBLE
from parley.discussion.threads.reading import MARK_PARENTS
from parley.letters.notifications.mailing import post_letters
from parley.letters.notifications.rules import CHANNEL, IS_BLOCKED, MOST_UNREAD, RANK, SETTINGS_JOINS
from parley.people.accounts import queries as accounts
from parley.platform import db, failpoint
from parley.platform.events import attempts
from parley.platform.events.notify import Signal, notify
from parley.platform.events.pacing import Pace
from parley.platform.text import markdown

# The API shows events once all transactions that began before them have ended (api/events.py), so none may last long: a
# batch ends before the event with which it would reach more followers.
BATCH, MOST_REACHED = 100, 3_000
# The statements are planned once for each connection, which takes as long as a batch. Each follower has to be looked up
# by index: if a few members have most of the unread notifications, PostgreSQL would scan the whole table for each
# follower (10,000 followers: 18 s instead of 0.5 s, measured).
PLAN_ONCE = """
select set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)
"""

# The comment's text is read only if it may contain mentions. Those of an imported comment were written elsewhere.
SELECT_DUE = f"""
select e.id from event e where e.handled_at is null and {attempts.due("notifications", "e.id")}
"""  # noqa: S608 constants only
TAKE_EVENTS = f"""
select e.id, e.kind, e.thread, e.comment, e.actor,
       case when strpos(c.body, '@') > 0 and (c.imported_id is null or former.id is not null) then c.body end as body,
       former.body as former_body
from event e left join comment c on c.id = e.comment
left join comment_version former on former.comment = e.comment and former.number = (e.payload ->> 'former')::int
where e.handled_at is null and {attempts.due("notifications", "e.id")}
order by e.id limit $1 for no key update of e skip locked
"""  # noqa: S608 constants only
COUNT_FOLLOWERS = """
select thread, count(*) as followers from follow where thread = any($1::bigint[]) and level = 'follow' group by thread
"""
MARK_HANDLED = "update event set handled_at = now() where id = any($1::bigint[])"
# Further mentions in a comment are ignored, so that nobody can notify everybody.
MOST_MENTIONED = 10
# Who comments follows the thread from then on, unless they muted it. Rows of authors who follow it already are not
# touched: `on conflict` locks rows that it does not change, so two workers would wait for each other.
FOLLOW_COMMENTED = f"""
insert into follow (member, thread, level, since)
select c.author, c.thread, 'follow', min(c.created_at) from event e join comment c on c.id = e.comment
where e.id = any($1::bigint[]) and e.kind <> 'comment.edited' and {IS_VISIBLE} and c.author is not null and not exists (
    select from follow f where f.member = c.author and f.thread = c.thread
    and (f.level <> 'none' or f.since >= c.created_at))
group by c.author, c.thread order by c.author, c.thread
on conflict (member, thread) do update set level = 'follow', since = excluded.since
where follow.level = 'none' and follow.since < excluded.since
"""  # noqa: S608 constants only
# The rows of `n`, with the channels that their members chose, in the order of members: two workers must not deadlock.
# One comment gives a member one notification.
INSERT_NOTIFICATIONS = f"""
insert into notification (member, kind, event, thread, comment, actor, by_mail, created_at, read_at)
select member, kind, event, thread, comment, actor, by_mail, created_at, read_at from (
    select distinct on (n.event, n.member) n.*, ({CHANNEL}) = 'mail' as by_mail from n {SETTINGS_JOINS}
    where ({CHANNEL}) <> 'off' and not {IS_BLOCKED} order by n.event, n.member, {RANK}
) chosen order by member, event
on conflict do nothing
"""  # noqa: S608 constants only
# A comment notifies the author of its parent, the members it mentions ($2 are events, $3 members) and the followers of
# the thread, as long as they have few unread there. An edit notifies only the members that it mentions.
# Whoever has the page open may have read a comment before this job: then it is not new to them.
# `offset 0` has PostgreSQL look up each member by key; if it took the table for small, it would scan all
# followers for every member.
NOTIFY_OF_COMMENTS = f"""
with e as materialized (
    select e.id, e.kind <> 'comment.edited' as is_new, c.thread, e.created_at, c.id as comment, c.author as actor,
           c.parent, c.created_at as written_at
    from event e join comment c on c.id = e.comment
    where e.id = any($1::bigint[]) and {IS_VISIBLE} and c.author is not null
), reached as (
    select e.id, p.author as member, 'reply' as kind from e join comment p on p.id = e.parent where e.is_new
    union all
    select mention.event, mention.member, 'mention' from unnest($2::bigint[], $3::bigint[]) mention(event, member)
    union all
    select new.id, f.member, 'followed'
    from (select distinct thread from e where is_new) t
    join follow f on f.thread = t.thread and f.level = 'follow'
    cross join lateral (
        select {MOST_UNREAD} - count(*) as room from (
            select from notification o where o.member = f.member and o.thread = f.thread and o.read_at is null
            limit {MOST_UNREAD}
        ) unread
    ) left_over
    cross join lateral (
        select n.id from (select e.*, f.member from e) n
        where n.is_new and n.thread = f.thread and n.written_at >= f.since and n.actor <> n.member and not {IS_BLOCKED}
        and not exists (
            select from e own
            where own.actor = f.member and own.thread = f.thread and own.written_at = f.since and own.id > n.id)
        order by n.id limit left_over.room
    ) new
), n as (
    select r.member, r.kind, e.id as event, null::bigint as decision, e.thread, e.comment, e.actor, e.created_at,
           case when e.is_new and exists (
               select from visit v where v.member = r.member and v.thread = e.thread and e.comment = any(v.read)
           ) then now() end as read_at
    from e join reached r on r.id = e.id cross join lateral (select state from member where id = r.member offset 0) m
    where r.member <> e.actor and m.state not in ('unverified', 'deactivated', 'anonymised')
)
{INSERT_NOTIFICATIONS}
"""  # noqa: S608 constants only

# Who replied has read what they replied to. In order of id, as a move of a comment locks them.
MARK_ANSWERED = """
update notification set read_at = now() where id in (
    select n.id from event e join comment c on c.id = e.comment
    join notification n on n.member = c.author and n.thread = c.thread and n.comment = c.parent
    where e.id = any($1::bigint[]) and e.kind = 'comment.posted' and n.read_at is null
    order by n.id for no key update of n)
"""

# Members who commented on a passage that was changed or deleted.
NOTIFY_OF_REVISIONS = f"""
with e as (
    select e.id, e.thread, e.actor, e.created_at, new.id as new, old.id as old
    from event e join thread t on t.id = e.thread
    join revision new on new.article = t.article and new.number = (e.payload ->> 'revision')::int
    join revision old on old.article = t.article and old.number = new.number - 1
    where e.id = any($1::bigint[])
), touched as (
    select e.id, c.author as member, min(c.id) as comment
    from e join comment c on c.thread = e.thread and c.parent is null and c.passage is not null
    left join passage now on now.revision = e.new and now.lineage = c.passage
    left join passage was on was.revision = e.old and was.lineage = c.passage
    where c.author is not null and {IS_VISIBLE} and now.text is distinct from was.text
    group by e.id, c.author
), n as (
    select touched.member, 'revised' as kind, e.id as event, null::bigint as decision, e.thread, touched.comment,
           e.actor, e.created_at, null::timestamptz as read_at
    from e join touched on touched.id = e.id where touched.member is distinct from e.actor
)
{INSERT_NOTIFICATIONS}
"""  # noqa: S608 constants only

# The member who started the thread follows it.
FOLLOW_OPENED = """
insert into follow (member, thread, level, since) select actor, thread, 'follow', created_at from event
where id = any($1::bigint[]) and actor is not null order by actor, thread
on conflict (member, thread) do nothing
"""


class PendingEvent(msgspec.Struct, frozen=True):
    """An event to be handled.

    `body` is the text of its comment if it may contain mentions, `former_body` the text before the author edited it.
    """

    id: int
    kind: str
    thread: int
    comment: int | None
    actor: int | None
    body: str | None
    former_body: str | None


class FollowedThread(msgspec.Struct, frozen=True):
    thread: int
    followers: int


async def handle_events() -> int:
    """Create the notifications of new events and queue their letters. Return how many events there were.

    An event is marked as handled in the transaction that creates its notifications, so a crash leaves it to the next
    run.
    """
    count = 0
    while batch := await _handle_some():
        count += batch
    await post_letters()
    return count


async def handle_at_a_pace() -> int:
    """Create the notifications of new events, with rests. Return how many events there were."""
    count, pace = 0, Pace()
    while batch := await _handle_some():
        count += batch
        await pace.rest()
    return count


async def _handle_some() -> int:
    async with db.atomic():
        events = await _few_enough(await db.fetch(PendingEvent, TAKE_EVENTS, BATCH))
        if not events:
            return 0
        await db.execute(PLAN_ONCE)
        await attempts.in_halves("notifications", events, _handle, key=lambda event: event.id)
        failpoint.hit("handled")
        await db.when_committed(partial(notify, Signal(0, notifications=True)))
    return len(events)


async def _few_enough(events: Sequence[PendingEvent]) -> Sequence[PendingEvent]:
    """Return the first events that together reach at most MOST_REACHED followers; at least one."""
    threads = sorted({event.thread for event in events})
    counts = await db.fetch(FollowedThread, COUNT_FOLLOWERS, threads) if events else []
    followers = {row.thread: row.followers for row in counts}
    reached = 0
    for place, event in enumerate(events):
        reached += followers.get(event.thread, 0)
        if place and reached > MOST_REACHED:
            return events[:place]
    return events


async def _handle(events: Sequence[PendingEvent]) -> None:
    await make(events)
    await db.execute(MARK_HANDLED, [event.id for event in events])
    failpoint.hit("made")


async def make(events: Sequence[PendingEvent]) -> None:
    """Create the notifications of these events. The caller has locked their rows."""
    mentions = await _mentions(events)
    posted = [event.id for event in events if event.kind in ("comment.posted", "comment.restored")]
    edited = {event.id for event in events if event.kind == "comment.edited"} & {event for event, _ in mentions}
    if posted:
        await db.execute(FOLLOW_COMMENTED, posted)
        await db.execute(MARK_PARENTS, posted)
        await db.execute(MARK_ANSWERED, posted)
    if posted or edited:
        pairs = ([event for event, _ in mentions], [member for _, member in mentions])
        await db.execute(NOTIFY_OF_COMMENTS, [*posted, *edited], *pairs)
    for kind, sql in (("article.revised", NOTIFY_OF_REVISIONS), ("thread.opened", FOLLOW_OPENED)):
        if ids := [event.id for event in events if event.kind == kind]:
            await db.execute(sql, ids)


async def _mentions(events: Sequence[PendingEvent]) -> list[tuple[int, int]]:
    """Return the members whom comments mention, each with the event; for an edit those whom the former text did not.

    Changes by others (a moderator, a claim, an erased name) mention nobody.
    """
    texts = {
        event.id: (event.body or "", event.former_body or "")
        for event in events
        if event.kind in ("comment.posted", "comment.restored")
        or (event.kind == "comment.edited" and event.former_body is not None)
    }
    names = {text: markdown.mentioned_names(text) for pair in texts.values() for text in pair if "@" in text}
    members = await accounts.of_names([name for some in names.values() for name in some])

    def mentioned(text: str) -> list[int]:
        # Of two spellings of a name, one counts.
        ids = dict.fromkeys(members[name].id for name in names.get(text, ()) if name in members)
        return list(ids)[:MOST_MENTIONED]

    return [
        (event, member)
        for event, (body, former) in texts.items()
        for member in mentioned(body)
        if member not in mentioned(former)
    ]
