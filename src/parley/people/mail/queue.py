"""The mail queue in PostgreSQL.

A message is planned; then claimed by a worker, with a lease; then in `data`, from just before it is sent until the mail
server replies; then sent, planned again for later, or failed. A letter of a list can also become stopped or expired
before `data`, and unknown after it. Every step checks the claim, so a worker that lost its claim changes nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from parley.people.mail.letters import lists
from parley.platform import db, failpoint
from parley.platform.events import attempts as events
from parley.platform.observability import metrics
from parley.platform.settings import settings

BATCH = 20
# Attempts take four days in all (RFC 5321, 4.5.4.1), so a mail server that is away for a day loses nothing.
MOST_ATTEMPTS = 20
# A worker that lost its lease sends nothing (`enter_data`). DATA_LEASE is longer than the two waits for replies.
LEASE = timedelta(minutes=15)
DATA_LEASE = timedelta(minutes=25)
# An advisory lock: two workers claiming at once could exceed MOST_CONNECTIONS to a domain.
LOCK = 7_270_002
MOST_CONNECTIONS = 2
# How many messages a domain gets at once before its rate applies.
BURST = 100
UNLIMITED = 1_000_000

RETURN_CLAIMED = "update mail set state = 'planned', claim = null where state = 'claimed' and leased_until < now()"

# First come messages that somebody waits for, even if their domain is paused. Then come the letters of each domain, up
# to the tokens in its bucket, except domains that are paused or have two connections. The domains are found with a
# loose index scan, so a hundred thousand letters to one domain cost no more than one letter.
CLAIM_MAIL = f"""
with recursive domains (domain) as (
  (select domain from mail where state = 'planned' order by domain limit 1)
  union all
  select (select m.domain from mail m where m.state = 'planned' and m.domain > d.domain order by m.domain limit 1)
  from domains d where d.domain is not null
),
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
    and {events.due("mail", "mail.id")}
  order by due_at limit $1 for update skip locked
),
letters as (
  select one.id from ready cross join lateral (
    select id from mail m where m.domain = ready.domain and m.state = 'planned' and m.list is not null
      and m.due_at <= now() and {events.due("mail", "m.id")}
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

RELEASE_CLAIM = """
update mail set state = 'planned', claim = null, attempts = attempts - 1 where claim = $1 and state = 'claimed'
"""

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
where id = $1 and data_at is not null and state in ('planned', 'claimed', 'data', 'unknown') returning id, list
"""

RECORD_NO_REPLY = """
update mail set error = $3, leased_until = now() + interval '1 minute' where id = $1 and claim = $2 and state = 'data'
"""

UNANSWERED_JOB = "unanswered mail"
# Messages in `data` without a reply: the worker or the connection died.
CLAIM_UNANSWERED = f"""
update mail set claim = $1, leased_until = now() + $3
where id in (
  select id from mail where state = 'data' and leased_until < now() and {events.due(UNANSWERED_JOB, "mail.id")}
  order by id limit $2 for update skip locked
)
returning id, list, domain, attempts, coalesce(key, kind || '.' || id) as name, data_at
"""  # noqa: S608 constants only

HOLD_MAIL = """
update mail set state = 'planned', claim = null, attempts = attempts - 1, due_at = $3
where id = $1 and claim = $2 and state = 'claimed'
"""

# Its domain decides when it is sent, and the stored message has the former address in its header.
CHANGE_RECIPIENT = """
update mail set recipient = $3::text, domain = lower(split_part($3::text, '@', 2)), message = null,
  state = 'planned', claim = null, attempts = attempts - 1
where id = $1 and claim = $2 and state = 'claimed'
"""

EXTEND_LEASE = (
    "update mail set leased_until = now() + interval '10 minutes' where id = $1 and claim = $2 and state = 'data'"
)


class ClaimedMail(msgspec.Struct, frozen=True):
    id: int
    list: str | None
    domain: str
    attempts: int


class ArrivedMail(msgspec.Struct, frozen=True):
    id: int
    list: str | None


class UnansweredMail(ClaimedMail, frozen=True):
    name: str
    """The part of its Message-ID before the @."""
    data_at: datetime


async def claim(by: UUID) -> list[ClaimedMail]:
    """Claim up to 20 messages that are due, for the time of the lease."""
    limited = settings().limits and settings().smtp_url is not None
    async with db.atomic():
        await db.execute("select pg_advisory_xact_lock($1)", LOCK)
        await db.execute(RETURN_CLAIMED)
        rows = await db.fetch(
            ClaimedMail,
            CLAIM_MAIL,
            BATCH,
            by,
            BURST,
            not limited,
            UNLIMITED,
            settings().mail_rate,
            MOST_CONNECTIONS,
            LEASE,
        )
        failpoint.hit("claiming")
    return rows


async def claim_unanswered(by: UUID) -> list[UnansweredMail]:
    """Claim up to 20 messages whose delivery is unknown."""
    return await db.fetch(UnansweredMail, CLAIM_UNANSWERED, by, BATCH, LEASE)


async def wait(mail: ClaimedMail, by: UUID) -> None:
    """Check in ten minutes again whether `mail` arrived."""
    await db.execute(EXTEND_LEASE, mail.id, by)


async def hold(mail: ClaimedMail, by: UUID, until: datetime) -> None:
    """Postpone `mail` until its member wants letters again, without counting an attempt."""
    await db.execute(HOLD_MAIL, mail.id, by, until)


async def change_recipient(mail: ClaimedMail, by: UUID, to: str) -> None:
    """Queue `mail` for another address, without counting an attempt."""
    await db.execute(CHANGE_RECIPIENT, mail.id, by, to)


async def release(by: UUID) -> None:
    """Release messages that were claimed but not sent."""
    await db.execute(RELEASE_CLAIM, by)


async def enter_data(mail: int, by: UUID) -> bool:
    """Record that `mail` is about to be sent. Return False if the claim was lost."""
    return await db.execute(MARK_DATA, mail, by, DATA_LEASE) == 1


async def settle(
    mail: ClaimedMail, by: UUID, outcome: str, *, error: str | None = None, queue_id: str | None = None
) -> None:
    """Record the outcome of `mail`, and call its list in the same transaction."""
    async with db.atomic():
        if not await db.execute(SETTLE_MAIL, mail.id, by, outcome, error, queue_id, settings().smtp_url is not None):
            return
        if mail.list is not None:
            await lists[mail.list].settled(mail.id, outcome)
        failpoint.hit("settling")
    metrics.MAIL.labels(outcome).inc()


async def settle_arrived(mail: int) -> bool:
    """Settle a message that its relay has accepted. Return False if it was settled already."""
    async with db.atomic():
        row = await db.fetch_one(ArrivedMail, MARK_ARRIVED, mail)
        if row is not None and row.list is not None:
            await lists[row.list].settled(mail, "sent")
    if row is not None:
        metrics.MAIL.labels("sent").inc()
    return row is not None


async def defer(mail: ClaimedMail, by: UUID, error: str) -> None:
    """Try `mail` again later, or let it fail after MOST_ATTEMPTS."""
    if mail.attempts >= MOST_ATTEMPTS:
        await settle(mail, by, "failed", error=error)
    else:
        await db.execute(POSTPONE_MAIL, mail.id, by, error)
        metrics.MAIL.labels("deferred").inc()


async def mark_unanswered(mail: ClaimedMail, by: UUID, error: str) -> None:
    """Record that no reply came after `mail` was sent. In a minute its outcome is looked up."""
    await db.execute(RECORD_NO_REPLY, mail.id, by, error)
