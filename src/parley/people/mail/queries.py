"""The SQL of the mail queue, of domains and of bounces."""

from parley.platform.events import attempts

# The job that finds out what became of unanswered messages (unanswered.py).
UNANSWERED_JOB = "unanswered mail"

INSERT_MESSAGE = """
insert into mail (kind, recipient, domain, subject, text, html, created_at, due_at, attempts, member)
values ($1, $2::text, lower(split_part($2::text, '@', 2)), $3, $4, $5, now(), now() + $6::interval, 0, $7)
"""
# They went to an address that a member had, who is found by it no longer.
KEEP_MEMBER = "update mail set member = $1 where member is null and lower(recipient) = lower($2)"

INSERT_LETTERS = """
insert into mail (kind, list, argument, member, recipient, domain, key, subject, text, html, answers, ancestors,
                  expires_at, created_at, due_at, attempts)
select list, list, argument, member, recipient, lower(split_part(recipient, '@', 2)), key, subject, text, html,
       answers, ancestors, expires_at, now(), now() + $12::interval, 0
from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::timestamptz[])
  as letter(list, argument, member, recipient, key, subject, text, html, answers, ancestors, expires_at)
on conflict (key) do nothing
returning id, key
"""

END_HOLD = """
update mail set due_at = created_at + $3
where list = $1 and member = $2 and state = 'planned' and attempts = 0 and due_at > created_at + $3
"""

RETURN_CLAIMED = "update mail set state = 'planned', claim = null where state = 'claimed' and leased_until < now()"

# First come messages that somebody waits for, even if their domain is paused. Then come the letters of each domain, up
# to the tokens in its bucket, except domains that are paused or have two connections. The domains are found with a
# loose index scan, so a hundred thousand letters to one domain cost no more than one letter.
WITH_DOMAINS = """
with recursive domains (domain) as (
  (select domain from mail where state = 'planned' order by domain limit 1)
  union all
  select (select m.domain from mail m where m.state = 'planned' and m.domain > d.domain order by m.domain limit 1)
  from domains d where d.domain is not null
)
"""
CLAIM_MAIL = f"""
{WITH_DOMAINS},
busy as materialized (
  select domain from mail where state in ('claimed', 'data') and leased_until > now()
  group by domain having count(distinct claim) >= $7
),
ready as (
  select d.domain, (
    select case when b.paused_until > now() then 0 when $4 then $5
      else floor(least($3, b.tokens + extract(epoch from now() - b.filled_at) * $6 / 60))::int end
    from mail_domain b where b.domain = d.domain
  ) as room
  from domains d where d.domain is not null and d.domain not in (select domain from busy)
),
urgent as (
  select id from mail where state = 'planned' and list is null and due_at <= now() and sent_at is null
    and {attempts.due("mail", "mail.id")}
  order by due_at limit $1 for update skip locked
),
letters as (
  select one.id from ready cross join lateral (
    select id from mail m where m.domain = ready.domain and m.state = 'planned' and m.list is not null
      and m.due_at <= now() and {attempts.due("mail", "m.id")}
    order by m.due_at limit least(coalesce(ready.room, $3), $1)
  ) one limit $1
),
taken as (
  select id from urgent union all select id from letters limit $1
),
claimed as (
  update mail set state = 'claimed', claim = $2, leased_until = now() + $8, attempts = attempts + 1
  from taken where mail.id = taken.id and mail.state = 'planned' returning mail.id, list, domain, attempts, due_at
),
spent as (
  insert into mail_domain as b (domain, tokens, filled_at)
  select domain, $3 - count(*), now() from claimed where list is not null and not $4 group by domain
  on conflict (domain) do update set filled_at = now(),
    tokens = least($3, b.tokens + extract(epoch from now() - b.filled_at) * $6 / 60) - $3 + excluded.tokens
)
select id, list, domain, attempts from claimed order by list is not null, due_at
"""  # noqa: S608 constants only

# Of messages that were claimed but not sent.
# Messages to send, and those that have lost their worker.
SELECT_DUE = f"""
(select id from mail where state in ('claimed', 'data') and leased_until < now()
   and {attempts.due(UNANSWERED_JOB, "mail.id")} limit 1)
union all
({WITH_DOMAINS} select one.id from domains d cross join lateral (
   select id from mail m where m.domain = d.domain and m.state = 'planned' and m.due_at <= now()
     and {attempts.due("mail", "m.id")} order by m.due_at limit 1) one limit 1)
"""  # noqa: S608 constants only

RELEASE_CLAIM = """
update mail set state = 'planned', claim = null, attempts = attempts - 1 where claim = $1 and state = 'claimed'
"""

# The message is about to be sent. Without a changed row, the claim was lost.
MARK_DATA = """
update mail set state = 'data', data_at = clock_timestamp(), leased_until = clock_timestamp() + $3
where id = $1 and claim = $2 and state = 'claimed'
"""

# The text is deleted when a message is done, since it contains secret links.
SETTLE_MAIL = """
update mail set state = $3::text, error = $4, queue_id = coalesce($5, queue_id), claim = null,
  sent_at = case when $3::text = 'sent' then now() end, message = null,
  text = case when $6 then '' else text end, html = case when $6 then null else html end
where id = $1 and claim = $2 and state in ('claimed', 'data')
"""

# The waiting time doubles from two minutes to eight hours.
POSTPONE_MAIL = """
update mail set state = 'planned', error = $3, claim = null,
  due_at = now() + interval '2 minutes' * power(2, least(attempts - 1, 8))
where id = $1 and claim = $2 and state in ('claimed', 'data')
"""

# The relay has the message, even if its reply was lost. A worker with a claim on it changes nothing any more.
MARK_ARRIVED = """
update mail set state = 'sent', error = null, claim = null, sent_at = now(), message = null,
  text = '', html = null
where id = $1 and data_at is not null and state in ('planned', 'claimed', 'data', 'unknown') returning list
"""

# No reply came after the message was sent. In a minute its outcome is looked up.
RECORD_NO_REPLY = """
update mail set error = $3, leased_until = now() + interval '1 minute' where id = $1 and claim = $2 and state = 'data'
"""

# Messages in `data` without a reply: the worker or the connection died.
CLAIM_UNANSWERED = f"""
update mail set claim = $1, leased_until = now() + $3
where id in (
  select id from mail where state = 'data' and leased_until < now() and {attempts.due(UNANSWERED_JOB, "mail.id")}
  order by id limit $2 for update skip locked
)
returning id, list, domain, attempts, coalesce(key, kind || '.' || id) as name, data_at
"""  # noqa: S608 constants only

# Until its member wants letters again. It does not count as an attempt.
HOLD_MAIL = """
update mail set state = 'planned', claim = null, attempts = attempts - 1, due_at = $3
where id = $1 and claim = $2 and state = 'claimed'
"""

# Its domain decides when it is sent, and the stored message has the former address in its header. It does not count as
# an attempt.
CHANGE_RECIPIENT = """
update mail set recipient = $3::text, domain = lower(split_part($3::text, '@', 2)), message = null,
  state = 'planned', claim = null, attempts = attempts - 1
where id = $1 and claim = $2 and state = 'claimed'
"""

# Whether it arrived is looked up again in ten minutes.
EXTEND_LEASE = (
    "update mail set leased_until = now() + interval '10 minutes' where id = $1 and claim = $2 and state = 'data'"
)

SELECT_CLAIMED_MAIL = """
select m.id, kind, list, argument, member, key, answers, ancestors, recipient, subject, text, html, created_at,
       expires_at, message, a.suppressed_at is not null as suppressed
from mail m left join mail_address a on a.address = lower(m.recipient)
where m.id = $1 and claim = $2 and state = 'claimed' for update of m
"""

RECORD_ACCEPTED = """
update mail_domain set pauses = 0,
  recent = case when position('x' in right(recent || '.', $2)) > 0 then right(recent || '.', $2) else '' end
where domain = $1 and (recent <> '' or pauses > 0)
"""

RECORD_DEFERRED = """
insert into mail_domain as d (domain, tokens, filled_at, recent) values ($1, 0, now(), 'x')
on conflict (domain) do update set recent = right(d.recent || 'x', $2)
returning length(recent) - length(replace(recent, 'x', ''))
"""

PAUSE_DOMAIN = """
update mail_domain set recent = '', pauses = pauses + 1,
  paused_until = now() + least($2::interval * power(2, least(pauses, 10)), $3::interval)
where domain = $1
"""

ADD_SCORE = """
insert into mail_address as a (address, score, scored_at) values ($1, $2, now())
on conflict (address) do update set
  scored_at = case when $4 and a.score > 0 and a.scored_at > now() - $5::interval then a.scored_at else now() end,
  score = case when a.scored_at <= now() - $3::interval then $2
    when $4 and a.score > 0 and a.scored_at > now() - $5::interval then greatest(a.score, $2) else a.score + $2 end
returning score
"""

SUPPRESS_ADDRESS = """
update mail_address set suppressed_at = coalesce(suppressed_at, now()), reason = coalesce(reason, $2) where address = $1
"""

# Each delivery lowers the bounce score of an address.
LOWER_SCORE = """
update mail_address set score = greatest(score - 0.1, 0)
where address = (select lower(recipient) from mail where id = $1) and suppressed_at is null
"""

# A provider with many members always has some dead addresses, so a burst must be a large share of its mail too. Only
# letters of lists count, which go to confirmed addresses: otherwise a stranger could hold up a provider's mail by
# signing up with addresses that do not exist.
IS_BURST = """
with same as (
  select count(distinct b.address) as addresses from mail_bounce b join mail m on m.id = b.mail
  where split_part(b.address, '@', 2) = $1 and b.kind = $2 and b.created_at > now() - $3::interval
    and m.list is not null
)
select addresses >= $4 and addresses >= $5::float8 * (
  select count(*) from mail
  where domain = $1 and list is not null and created_at > now() - interval '1 day' and data_at is not null
) from same
"""

PAUSE_PROVIDER = """
insert into mail_domain as d (domain, tokens, filled_at, recent, paused_until)
values ($1, 0, now(), '', now() + $2::interval)
on conflict (domain) do update set paused_until = greatest(d.paused_until, excluded.paused_until)
"""

# Also the addresses that the burst brought halfway to suppression.
RELEASE_ADDRESSES = """
update mail_address set suppressed_at = null, reason = null, score = 0
where split_part(address, '@', 2) = $1 and coalesce(reason, $2) = $2 and address in (
  select address from mail_bounce where kind = $2 and created_at > now() - $3::interval
)
"""
