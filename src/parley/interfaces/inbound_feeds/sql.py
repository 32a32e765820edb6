"""The statements of this feature that Piccolo's query builder cannot make, or not as plainly."""

from parley.interfaces.inbound_feeds.rules import MOST_A_DAY, MOST_A_DAY_OF_HOST

FEED_COLUMNS = """
select f.id, f.url, f.title, f.topic, t.name as topic_name, f.mode, f.display, f.basis, f.state, f.note, f.failures,
       f.fetched_at, f.failing_since, f.due_at, f.moved_to, m.name as added_by, f.created_at,
       coalesce(c.waiting, 0) as waiting, coalesce(c.approved, 0) as approved, coalesce(c.made, 0) as made,
       coalesce(c.approvals, 0) as approvals
from inbound_feed f join topic t on t.slug = f.topic left join member m on m.id = f.added_by
left join lateral (
    select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'approved') as approved,
           count(*) filter (where state = 'made') as made,
           count(*) filter (where decided_by is not null and state <> 'skipped') as approvals
    from feed_item i where i.feed = f.id
) c on true
"""
SELECT_FEEDS = f"{FEED_COLUMNS} order by waiting > 0 desc, f.state = 'stopped' desc, f.id desc"
SELECT_FEED = f"{FEED_COLUMNS} where f.id = $1"
SELECT_ITEMS = """
select i.id, i.url, i.title, i.summary, i.published_at, i.seen_at, i.state, i.message, t.id as thread, t.slug,
       m.name as decided_by
from feed_item i left join thread t on t.id = i.thread left join member m on m.id = i.decided_by
"""
SELECT_WAITING_ITEMS = (
    f"{SELECT_ITEMS} where i.feed = $1 and i.state = 'waiting' order by i.published_at desc nulls last, i.id limit $2"
)
SELECT_OTHER_ITEMS = f"""
{SELECT_ITEMS} where i.feed = $1 and i.state <> 'waiting'
order by i.state = 'approved' desc, coalesce(i.published_at, i.seen_at) desc, i.id limit $2
"""
# What waits; and one that was decided or not offered, if a moderator names it.
DECIDE_ITEMS = """
update feed_item set state = $2, decided_by = $3, message = '', due_at = now()
where feed = $1 and case when $4::bigint[] is null then state = 'waiting'
                         else id = any($4) and state in ('waiting', 'old', 'skipped', 'failed') end
"""

# The lease ends by itself if its worker dies.
RESERVE_HOST = """
insert into feed_host (host, next_at) values ($1, now() + interval '2 minutes')
on conflict (host) do update set next_at = excluded.next_at where feed_host.next_at <= now()
returning host
"""
RELEASE_HOST = "update feed_host set next_at = now() + make_interval(secs => $2) where host = $1"
IS_HOST_BUSY = "exists (select from feed_host h where h.host = {host} and h.next_at > now())"
SELECT_ROBOTS = "select robots from feed_host where host = $1 and robots_at > now() - interval '1 day'"
SAVE_ROBOTS = """
insert into feed_host (host, next_at, robots, robots_at) values ($1, now(), $2, now())
on conflict (host) do update set robots = excluded.robots, robots_at = excluded.robots_at
"""

DUE_COLUMNS = """
f.id, f.url, f.host, f.etag, f.last_modified, f.body_hash, f.failures,
coalesce(f.failing_since < now() - interval '7 days', false) as missing, f.moved_to,
case when f.moved_at > now() - interval '48 hours' then f.moved_seen else 0 end as moved_seen
"""
SELECT_DUE_FEEDS = f"""
select id from inbound_feed i
where state = 'active' and due_at <= now() and not {IS_HOST_BUSY.format(host="i.host")}
"""  # noqa: S608 constants only
# A claimed feed is due again after a quarter of an hour, in case its worker dies.
CLAIM_FEED = f"""
with due as ({SELECT_DUE_FEEDS} order by due_at limit 1 for update skip locked)
update inbound_feed f set due_at = now() + interval '15 minutes' from due where f.id = due.id returning {DUE_COLUMNS}
"""  # noqa: S608 constants only
SELECT_DUE_FEED = f"select {DUE_COLUMNS} from inbound_feed f where id = $1"  # noqa: S608 constants only
DEFER_FEED = "update inbound_feed set due_at = now() + make_interval(secs => $2) where id = $1"
RECORD_UNCHANGED = """
update inbound_feed set fetched_at = now(), failing_since = null, failures = 0, note = '', moved_seen = 0,
    due_at = now() + make_interval(secs => pause)
where id = $1
"""
RECORD_FETCH = """
update inbound_feed set etag = $2, last_modified = $3, body_hash = $4, pause = $5::int, fetched_at = $6,
    title = case when $7 <> '' then $7 else title end, failing_since = null, failures = 0,
    note = case when state = 'stopped' then note else '' end, due_at = now() + make_interval(secs => $5::int)
where id = $1
"""
MOVE_FEED = """
update inbound_feed set url = $2, host = $3, moved_to = '', moved_seen = 0, etag = null, last_modified = null
where id = $1 and not exists (select from inbound_feed where url = $2)
"""
RECORD_FAILURE = """
update inbound_feed set note = $2, failures = failures + 1, failing_since = coalesce(failing_since, now()),
    due_at = now() + make_interval(secs => $3)
where id = $1
"""

SELECT_FEED_STATE = """
select mode, fetched_at, (select count(*) from feed_item i where i.feed = f.id and decided_by is not null
    and state <> 'skipped') as approvals
from inbound_feed f where id = $1 for update
"""
SELECT_KNOWN_ITEMS = """
select id, key, guid, url, title, thread from feed_item where feed = $1 and (key = any($2) or guid = any($3))
"""
# Returns those that are offered.
INSERT_ITEMS = """
with new as (
    insert into feed_item (feed, key, guid, url, host, title, summary, published_at, seen_at, state, due_at)
    select $1, key, guid, url, host, title, summary, published_at, $2, state, now()
    from unnest($3::bytea[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[],
                $10::text[]) as one (key, guid, url, host, title, summary, published_at, state)
    on conflict (feed, key) do nothing returning id, url, state
)
select id, url from new where state in ('waiting', 'approved')
"""
LINK_TO_THREADS = """
update feed_item i set state = 'known', thread = t.id
from unnest($1::bigint[], $2::text[]) as one (item, url)
join article a on a.url = one.url join thread t on t.article = a.id
where i.id = one.item
"""
UPDATE_TITLES = """
update feed_item i set title = one.title from unnest($1::bigint[], $2::text[]) as one (id, title) where i.id = one.id
"""
# The article of an item whose title changed was probably revised.
CHECK_SOURCES = """
update article a set check_at = now() from thread t
where t.article = a.id and t.id = any($1::bigint[]) and a.check_at > now()
"""

SELECT_DUE_ITEMS = f"""
select i.id, f.topic, f.display, f.url as feed_url from feed_item i join inbound_feed f on f.id = i.feed
where i.state = 'approved' and i.due_at <= now() and f.state <> 'paused'
  and not {IS_HOST_BUSY.format(host="i.host")}
  and (select count(*) from feed_item d where d.made_at > now() - interval '1 day' and d.feed = i.feed)
      < {MOST_A_DAY}
  and (select count(*) from feed_item d where d.made_at > now() - interval '1 day' and d.host = i.host)
      < {MOST_A_DAY_OF_HOST}
"""  # noqa: S608 constants only
# A claimed item is due again in five minutes, in case its worker dies.
CLAIM_ITEM = f"""
with due as ({SELECT_DUE_ITEMS} order by i.due_at, i.id limit 1 for update of i skip locked)
update feed_item i set due_at = now() + interval '5 minutes' from due where i.id = due.id
returning i.id, i.url, i.host, due.topic, due.display, due.feed_url
"""  # noqa: S608 constants only
DEFER_ITEM = "update feed_item set due_at = now() + make_interval(secs => $2) where id = $1"
