"""The figures of `/mod/mail`, each with a sentence, a chart and a table."""

from collections.abc import Sequence

from parley.core.http.pages import plural
from parley.dashboard import charts, mail_queries
from parley.dashboard.periods import Period
from parley.dashboard.stats import Figure, by_kind
from parley.modlog import wording

WORDS = {
    "gone": "No such mailbox",
    "hard": "Cannot be reached",
    "full": "Mailbox full",
    "content": "Content refused",
    "rate": "Rate limit",
    "soft": "Temporary failure",
    "policy": "Refused by policy",
    "complaint": "Complaint",
    "delayed": "Delayed",
    "failed": "Permanently refused",
    "expired": "Expired",
    "stopped": "Unsubscribed",
    "unknown": "Not known",
}


async def figures(period: Period) -> list[Figure]:
    """All figures of a period."""
    return [
        sent(period, await mail_queries.sent(period.since)),
        bounced(period, await mail_queries.bounced(period.since)),
        not_sent(period, await mail_queries.not_sent(period.since)),
        domains(await mail_queries.domains(period.since)),
    ]


def sent(period: Period, found: Sequence[mail_queries.MailInPeriod]) -> Figure:
    total = sum(one.count for one in found)
    summary = f"{plural(total, 'message', 'messages')} sent." if total else "Nothing was sent in this period."
    counts = [(one.start, one.kind.capitalize(), one.count) for one in found]
    return by_kind("sent", "Sent", summary, period, counts)


def bounced(period: Period, found: Sequence[mail_queries.MailInPeriod]) -> Figure:
    total = sum(one.count for one in found)
    complaints = sum(one.count for one in found if one.kind == "complaint")
    complained = plural(complaints, "was a complaint", "were complaints") if complaints else "none was a complaint"
    summary = f"{total:,} bounced; {complained}." if total else "No bounces in this period."
    counts = [(one.start, WORDS.get(one.kind, one.kind), one.count) for one in found]
    return by_kind("back", "Bounced", summary, period, counts)


def not_sent(period: Period, found: Sequence[mail_queries.MailInPeriod]) -> Figure:
    total = sum(one.count for one in found)
    summary = f"{plural(total, 'message', 'messages')} not sent." if total else "No failures."
    counts = [(one.start, WORDS[one.kind], one.count) for one in found]
    return by_kind("not-sent", "Not sent", summary, period, counts)


def domains(found: Sequence[mail_queries.Domain]) -> Figure:
    paused = sum(one.paused_until is not None for one in found)
    pauses = (
        "no domains paused" if not paused else f"{plural(paused, 'domain paused', 'domains paused')} at their request"
    )
    summary = f"Share of sent mail that bounced; {pauses}." if found else "No mail yet."
    rows = [
        [
            one.domain,
            f"{one.sent:,}",
            f"{one.back:,}",
            f"{one.waiting:,}",
            _paused_until(one),
            wording.percent(one.back, one.sent),
        ]
        for one in found
    ]
    shares = [
        charts.share(
            f"{one.domain}{', paused' if one.paused_until else ''}", f"{one.back:,} of {one.sent:,}", one.back, one.sent
        )
        for one in found[:6]
    ]
    head = ["Domain", "Sent", "Bounced", "Waiting", "Paused until", "Share bounced"]
    return Figure("domains", "Domains", summary, head, rows, shares=shares)


def _paused_until(one: mail_queries.Domain) -> str:
    return f"{one.paused_until:%H:%M} UTC" if one.paused_until else ""
