"""Figures about mail: waiting, sent, bounced, and suppressed addresses."""

from datetime import datetime

import msgspec

from parley.platform.db import fetch

SELECT_NOW = """
select count(*) filter (where state = 'planned' and due_at <= now() or state in ('claimed', 'data'))::int as waiting,
       count(*) filter (where state = 'planned' and due_at > now())::int as later,
       count(*) filter (where sent_at > now() - interval '1 day')::int as sent,
       count(*) filter (where state = 'failed' and created_at > now() - interval '1 day')::int as failed,
       count(*) filter (where state = 'unknown')::int as unknown,
       (select count(*)::int from mail_address where suppressed_at is not null) as suppressed
from mail
"""

SELECT_SENT = """
select date_trunc('day', sent_at) as start, coalesce(list, 'messages') as kind, count(*)::int as count
from mail where sent_at >= $1 group by 1, 2
"""

SELECT_BOUNCED = """
select date_trunc('day', created_at) as start, kind, count(*)::int as count
from mail_bounce where created_at >= $1 group by 1, 2
"""

SELECT_NOT_SENT = """
select date_trunc('day', created_at) as start, state as kind, count(*)::int as count
from mail where created_at >= $1 and state in ('failed', 'expired', 'stopped', 'unknown') group by 1, 2
"""

SELECT_DOMAINS = """
with back as (select distinct mail from mail_bounce where created_at >= $1)
select m.domain, count(*) filter (where m.state = 'sent')::int as sent, count(back.mail)::int as back,
       count(*) filter (where m.state = 'planned' and m.due_at <= now())::int as waiting,
       max(d.paused_until) filter (where d.paused_until > now()) as paused_until
from mail m left join back on back.mail = m.id left join mail_domain d on d.domain = m.domain
where m.created_at >= $1 group by m.domain
order by max(d.paused_until) filter (where d.paused_until > now()) is null, 2 desc, 1 limit 12
"""

SELECT_LAST_MAILS = """
select coalesce(list, kind) as kind, recipient, subject, state, coalesce(sent_at, due_at) as at, attempts, error
from mail order by id desc limit 20
"""

SELECT_SUPPRESSED = """
select a.address, a.reason, a.suppressed_at as since, coalesce(b.detail, '') as detail
from mail_address a left join lateral (
  select detail from mail_bounce b where b.address = a.address order by id desc limit 1
) b on true
where a.suppressed_at is not null order by a.suppressed_at desc, a.address limit 100
"""


class MailNow(msgspec.Struct, frozen=True):
    waiting: int
    later: int
    sent: int
    failed: int
    unknown: int
    suppressed: int


class MailInPeriod(msgspec.Struct, frozen=True):
    start: datetime
    kind: str
    count: int


class Domain(msgspec.Struct, frozen=True):
    domain: str
    sent: int
    back: int
    waiting: int
    paused_until: datetime | None


class LastMail(msgspec.Struct, frozen=True):
    kind: str
    recipient: str
    subject: str
    state: str
    at: datetime
    attempts: int
    error: str | None


class SuppressedAddress(msgspec.Struct, frozen=True):
    address: str
    reason: str
    since: datetime
    detail: str


async def mail_now() -> MailNow:
    (row,) = await fetch(MailNow, SELECT_NOW)
    return row


async def sent(since: datetime) -> list[MailInPeriod]:
    return await fetch(MailInPeriod, SELECT_SENT, since)


async def bounced(since: datetime) -> list[MailInPeriod]:
    return await fetch(MailInPeriod, SELECT_BOUNCED, since)


async def not_sent(since: datetime) -> list[MailInPeriod]:
    return await fetch(MailInPeriod, SELECT_NOT_SENT, since)


async def domains(since: datetime) -> list[Domain]:
    """Paused domains first, then those with the most mail."""
    return await fetch(Domain, SELECT_DOMAINS, since)


async def last_mails() -> list[LastMail]:
    return await fetch(LastMail, SELECT_LAST_MAILS)


async def suppressed_addresses() -> list[SuppressedAddress]:
    return await fetch(SuppressedAddress, SELECT_SUPPRESSED)
