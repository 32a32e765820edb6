"""What `/mod/mail` shows: mail now, and figures of a period, each with a sentence, a chart and a table."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.moderation.dashboard import charts
from parley.moderation.dashboard.periods import Period
from parley.moderation.dashboard.stats import Figure, by_kind
from parley.platform import db
from parley.platform.text.formats import clock, number, percent
from parley.platform.text.messages import N_, plural, verbatim

LABELS = {
    "gone": N_("No such mailbox"),
    "hard": N_("Cannot be reached"),
    "full": N_("Mailbox full"),
    "content": N_("Content refused"),
    "rate": N_("Rate limit"),
    "soft": N_("Temporary failure"),
    "policy": N_("Refused by policy"),
    "complaint": N_("Complaint"),
    "delayed": N_("Delayed"),
    "failed": N_("Permanently refused"),
    "expired": N_("Expired"),
    "stopped": N_("Unsubscribed"),
    "unknown": N_("Not known"),
}
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
# Paused domains first, then those with the most mail.
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
    (row,) = await db.fetch(MailNow, SELECT_NOW)
    return row


async def last_mails() -> list[LastMail]:
    return await db.fetch(LastMail, SELECT_LAST_MAILS)


async def suppressed_addresses() -> list[SuppressedAddress]:
    return await db.fetch(SuppressedAddress, SELECT_SUPPRESSED)


async def figures(period: Period) -> list[Figure]:
    return [
        sent(period, await db.fetch(MailInPeriod, SELECT_SENT, period.since)),
        bounced(period, await db.fetch(MailInPeriod, SELECT_BOUNCED, period.since)),
        not_sent(period, await db.fetch(MailInPeriod, SELECT_NOT_SENT, period.since)),
        domains(await db.fetch(Domain, SELECT_DOMAINS, period.since)),
    ]


def sent(period: Period, rows: Sequence[MailInPeriod]) -> Figure:
    total = sum(row.count for row in rows)
    nothing = N_("Nothing in this period.")
    summary = plural("{count} message sent.", "{count} messages sent.", total) if total else nothing
    counts = [(row.start, verbatim(row.kind.capitalize()), row.count) for row in rows]
    return by_kind("sent", N_("Sent"), summary, period, counts)


def bounced(period: Period, rows: Sequence[MailInPeriod]) -> Figure:
    total = sum(row.count for row in rows)
    complaints = sum(row.count for row in rows if row.kind == "complaint")
    summary = N_("{bounced}; {complained}.").format(
        bounced=plural("{count} bounced", "{count} bounced", total),
        complained=plural("{count} was a complaint", "{count} were complaints", complaints)
        if complaints
        else N_("none was a complaint"),
    )
    counts = [(row.start, LABELS.get(row.kind, verbatim(row.kind)), row.count) for row in rows]
    return by_kind("back", N_("Bounced"), summary if total else N_("Nothing in this period."), period, counts)


def not_sent(period: Period, rows: Sequence[MailInPeriod]) -> Figure:
    total = sum(row.count for row in rows)
    summary = plural("{count} message not sent.", "{count} messages not sent.", total) if total else N_("No failures.")
    counts = [(row.start, LABELS[row.kind], row.count) for row in rows]
    return by_kind("not-sent", N_("Not sent"), summary, period, counts)


def domains(domains_now: Sequence[Domain]) -> Figure:
    paused = sum(domain.paused_until is not None for domain in domains_now)
    pauses = plural("{count} domain paused at its request", "{count} domains paused at their request", paused)
    summary = N_("Share of sent mail that bounced; {pauses}.").format(
        pauses=pauses if paused else N_("no domains paused")
    )
    rows = [
        [
            domain.domain,
            number(domain.sent),
            number(domain.back),
            number(domain.waiting),
            clock(domain.paused_until) if domain.paused_until else "",
            percent(domain.back, domain.sent),
        ]
        for domain in domains_now
    ]
    head: list[str] = [
        N_("Domain"), N_("Sent"), N_("Bounced"), N_("Waiting"), N_("Paused until"), N_("Share bounced")
    ]  # fmt: skip
    shares = [
        charts.share(
            N_("{domain}, paused").format(domain=domain.domain) if domain.paused_until else domain.domain,
            N_("{part} of {whole}").format(part=domain.back, whole=domain.sent),
            domain.back,
            domain.sent,
        )
        for domain in domains_now[:6]
    ]
    return Figure("domains", N_("Domains"), summary if domains_now else N_("Nothing yet."), head, rows, shares=shares)
