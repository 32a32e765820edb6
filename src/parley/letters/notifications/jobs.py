"""The worker's job for notifications: it handles new events and creates their notifications.

An event takes one statement, however many members follow the thread. Running it again adds nothing.
"""

from functools import partial

import msgspec

from parley.discussion.comments.rules import IS_VISIBLE
from parley.letters.notifications.mailing import SELECT_DUE_LETTERS, post_letters
from parley.letters.notifications.rules import CHANNEL, IS_BLOCKED, MOST_UNREAD, RANK, SETTINGS_JOINS
from parley.people.accounts import queries as accounts
from parley.platform import db, failpoint
from parley.platform.events import attempts
from parley.platform.events.notify import Signal, notify
from parley.platform.text import markdown

BATCH = 100
# The API shows events once all transactions that began before them have ended (api/events.py), so none may last long.
BATCH_SECONDS = 0.1

# The comment's text is read only if it may contain mentions. Those of an imported comment were written elsewhere.
TAKE_EVENTS = f"""
select e.id, e.kind, e.thread, e.comment, e.actor,
       case when strpos(c.body, '@') > 0 and (c.imported_id is null or former.id is not null) then c.body end as body,
       former.body as former_body
from event e left join comment c on c.id = e.comment
left join comment_version former on former.comment = e.comment and former.number = (e.payload ->> 'former')::int
where e.handled_at is null and {attempts.due("notifications", "e.id")}
order by e.id limit $1 for no key update of e skip locked
"""  # noqa: S608 constants only
SELECT_DUE = f"""
select e.id from event e where e.handled_at is null and {attempts.due("notifications", "e.id")}
union all select member from ({SELECT_DUE_LETTERS}) letter
"""  # noqa: S608 constants only
# Each follower has to be looked up by index. If a few members have most of the unread notifications, PostgreSQL would
# scan the whole table for each follower (10,000 followers: 18 s instead of 0.5 s, measured).
USE_INDEXES = "select set_config('enable_seqscan', 'off', true)"
MARK_HANDLED = "update event set handled_at = now() where id = any($1::bigint[])"
# Further mentions in a comment are ignored, so that nobody can notify everybody.
MOST_MENTIONED = 10
# An edit notifies only the members that it mentions.
IS_NEW = "$3::text <> 'comment.edited'"
# A comment notifies the author of its parent, the members it mentions and the followers of the thread. Its author
# follows the thread from now on, unless they muted it. Rows of authors who follow it already are not touched: `on
# conflict` locks rows that it does not change, so two workers would wait for each other.
# `offset 0` has PostgreSQL look up each member by key; if it took the table for small, it would scan all
# followers for every member.
NOTIFY_OF_COMMENTS = f"""
with e as (
    select e.id, c.thread, e.created_at, c.id as comment, c.author as actor, c.parent, c.created_at as written_at
    from event e join comment c on c.id = e.comment where e.id = $1 and {IS_VISIBLE} and c.author is not null
), follows as (
    insert into follow (member, thread, level, since) select actor, thread, 'follow', written_at from e
    where {IS_NEW} and not exists (
        select from follow f where f.member = e.actor and f.thread = e.thread
        and (f.level <> 'none' or f.since >= e.written_at))
    on conflict (member, thread) do update set level = 'follow', since = excluded.since
    where follow.level = 'none' and follow.since < excluded.since
), reached as (
    select p.author as member, 'reply' as kind from e join comment p on p.id = e.parent where {IS_NEW}
    union all select unnest($2::bigint[]), 'mention'
    union all
    select f.member, 'followed' from e join follow f on f.thread = e.thread and f.level = 'follow'
    where {IS_NEW} and f.since <= e.written_at and (
        select count(*) from (
            select from notification o where o.member = f.member and o.thread = e.thread and o.read_at is null
            limit {MOST_UNREAD}
        ) unread
    ) < {MOST_UNREAD}
), n as (
    select r.member, r.kind, e.id as event, null::bigint as decision, e.thread, e.comment, e.actor, e.created_at
    from e cross join reached r cross join lateral (select state from member where id = r.member offset 0) m
    where r.member <> e.actor and m.state not in ('unverified', 'deactivated', 'anonymised')
)
insert into notification (member, kind, event, thread, comment, actor, by_mail, created_at)
select distinct on (n.member)
    n.member, n.kind, n.event, n.thread, n.comment, n.actor, ({CHANNEL}) = 'mail', n.created_at
from n {SETTINGS_JOINS}
where ({CHANNEL}) <> 'off' and not {IS_BLOCKED}
order by n.member, {RANK}
on conflict do nothing
"""  # noqa: S608 constants only

# Members who commented on a passage that was changed or deleted.
NOTIFY_OF_REVISIONS = f"""
with e as (
    select e.id, e.thread, e.actor, e.created_at, new.id as new, old.id as old
    from event e join thread t on t.id = e.thread
    join revision new on new.article = t.article and new.number = (e.payload ->> 'revision')::int
    join revision old on old.article = t.article and old.number = new.number - 1
    where e.id = $1
), touched as (
    select c.author as member, min(c.id) as comment
    from e join comment c on c.thread = e.thread and c.parent is null and c.passage is not null
    left join passage now on now.revision = e.new and now.lineage = c.passage
    left join passage was on was.revision = e.old and was.lineage = c.passage
    where c.author is not null and {IS_VISIBLE} and now.text is distinct from was.text
    group by c.author
), n as (
    select touched.member, 'revised' as kind, e.id as event, null::bigint as decision, e.thread, touched.comment,
           e.actor, e.created_at
    from e cross join touched where touched.member is distinct from e.actor
)
insert into notification (member, kind, event, thread, comment, actor, by_mail, created_at)
select n.member, n.kind, n.event, n.thread, n.comment, n.actor, ({CHANNEL}) = 'mail', n.created_at
from n {SETTINGS_JOINS}
where ({CHANNEL}) <> 'off' and not {IS_BLOCKED}
on conflict do nothing
"""  # noqa: S608 constants only

# The member who started the thread follows it.
FOLLOW_OPENED = """
insert into follow (member, thread, level, since) select actor, thread, 'follow', created_at from event
where id = $1 and actor is not null
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


async def handle_events() -> int:
    """Create the notifications of new events, and return how many events there were.

    An event is marked as handled in the transaction that creates its notifications, so a crash leaves it to the next
    run.
    """
    count = 0
    while batch := await _handle_some():
        count += batch
    await post_letters()
    return count


async def _handle_some() -> int:
    async with db.atomic():
        events = await db.fetch(PendingEvent, TAKE_EVENTS, BATCH)
        if not events:
            return 0
        await db.execute(USE_INDEXES)
        handled = await attempts.each(
            "notifications", events, _handle, key=lambda event: event.id, seconds=BATCH_SECONDS
        )
        await db.execute(MARK_HANDLED, handled)
        failpoint.hit("handled")
        if handled:
            await db.when_committed(partial(notify, Signal(0, notifications=True)))
    return len(events)


async def _handle(event: PendingEvent) -> int:
    """Create the notifications of one event and return its id."""
    await make(event)
    failpoint.hit("made")
    return event.id


async def make(event: PendingEvent) -> None:
    """Create the notifications of one event. The caller has locked its row."""
    match event.kind:
        case "comment.posted" | "comment.restored":
            await db.execute(NOTIFY_OF_COMMENTS, event.id, await _mentioned_members(event.body), event.kind)
        # Changes by others (a moderator, a claim, an erased name) mention nobody.
        case "comment.edited" if event.former_body is not None:
            former = await _mentioned_members(event.former_body)
            mentioned = [member for member in await _mentioned_members(event.body) if member not in former]
            if mentioned:
                await db.execute(NOTIFY_OF_COMMENTS, event.id, mentioned, event.kind)
        case "article.revised":
            await db.execute(NOTIFY_OF_REVISIONS, event.id)
        case "thread.opened":
            await db.execute(FOLLOW_OPENED, event.id)


async def _mentioned_members(body: str | None) -> list[int]:
    members = await accounts.of_names(markdown.mentioned_names(body or ""))
    return [member.id for member in members.values()][:MOST_MENTIONED]
