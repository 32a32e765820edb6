"""The figures of `/mod/mail`, each with a sentence, a chart and a table."""

from collections.abc import Sequence

from parley.moderation.dashboard import charts, mail_queries
from parley.moderation.dashboard.periods import Period
from parley.moderation.dashboard.stats import Figure, by_kind
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


async def figures(period: Period) -> list[Figure]:
    return [
        sent(period, await mail_queries.sent(period.since)),
        bounced(period, await mail_queries.bounced(period.since)),
        not_sent(period, await mail_queries.not_sent(period.since)),
        domains(await mail_queries.domains(period.since)),
    ]


def sent(period: Period, rows: Sequence[mail_queries.MailInPeriod]) -> Figure:
    total = sum(row.count for row in rows)
    nothing = N_("Nothing was sent in this period.")
    summary = plural("{count} message sent.", "{count} messages sent.", total) if total else nothing
    counts = [(row.start, verbatim(row.kind.capitalize()), row.count) for row in rows]
    return by_kind("sent", N_("Sent"), summary, period, counts)


def bounced(period: Period, rows: Sequence[mail_queries.MailInPeriod]) -> Figure:
    total = sum(row.count for row in rows)
    complaints = sum(row.count for row in rows if row.kind == "complaint")
    summary = N_("{bounced}; {complained}.").format(
        bounced=plural("{count} bounced", "{count} bounced", total),
        complained=plural("{count} was a complaint", "{count} were complaints", complaints)
        if complaints
        else N_("none was a complaint"),
    )
    counts = [(row.start, LABELS.get(row.kind, verbatim(row.kind)), row.count) for row in rows]
    return by_kind("back", N_("Bounced"), summary if total else N_("No bounces in this period."), period, counts)


def not_sent(period: Period, rows: Sequence[mail_queries.MailInPeriod]) -> Figure:
    total = sum(row.count for row in rows)
    summary = plural("{count} message not sent.", "{count} messages not sent.", total) if total else N_("No failures.")
    counts = [(row.start, LABELS[row.kind], row.count) for row in rows]
    return by_kind("not-sent", N_("Not sent"), summary, period, counts)


def domains(domains_now: Sequence[mail_queries.Domain]) -> Figure:
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
    return Figure("domains", N_("Domains"), summary if domains_now else N_("No mail yet."), head, rows, shares=shares)
