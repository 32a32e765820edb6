"""What `/mod/mail` says: each figure with a sentence, a chart and the table behind it."""

from collections.abc import Sequence

from parley.core.http.pages import plural
from parley.dashboard import charts, mail_queries
from parley.dashboard.periods import Period
from parley.dashboard.stats import Figure, stripped
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
    """All figures of a time, each from its own query."""
    return [
        sent(period, await mail_queries.sent(period.since)),
        came_back(period, await mail_queries.came_back(period.since)),
        not_sent(period, await mail_queries.not_sent(period.since)),
        domains(await mail_queries.domains(period.since)),
    ]


def sent(period: Period, found: Sequence[mail_queries.MailInPeriod]) -> Figure:
    total = sum(one.count for one in found)
    summary = f"{plural(total, 'message', 'messages')} sent." if total else "Nothing was sent in this period."
    counts = [(one.start, one.kind.capitalize(), one.count) for one in found]
    return stripped("sent", "Sent", summary, period, counts)


def came_back(period: Period, found: Sequence[mail_queries.MailInPeriod]) -> Figure:
    total = sum(one.count for one in found)
    complaints = sum(one.count for one in found if one.kind == "complaint")
    complained = plural(complaints, "was a complaint", "were complaints") if complaints else "none was a complaint"
    summary = f"{total:,} bounced; {complained}." if total else "No bounces in this period."
    counts = [(one.start, WORDS.get(one.kind, one.kind), one.count) for one in found]
    return stripped("back", "Bounced", summary, period, counts)


def not_sent(period: Period, found: Sequence[mail_queries.MailInPeriod]) -> Figure:
    total = sum(one.count for one in found)
    summary = f"{plural(total, 'message', 'messages')} not sent." if total else "No failures."
    counts = [(one.start, WORDS[one.kind], one.count) for one in found]
    return stripped("not-sent", "Not sent", summary, period, counts)


def domains(found: Sequence[mail_queries.Domain]) -> Figure:
    resting = sum(one.rests_until is not None for one in found)
    rest = (
        "no domains paused" if not resting else f"{plural(resting, 'domain paused', 'domains paused')} at their request"
    )
    summary = f"Share of sent mail that bounced; {rest}." if found else "No mail yet."
    rows = [
        [
            one.domain,
            f"{one.sent:,}",
            f"{one.back:,}",
            f"{one.waiting:,}",
            _rests(one),
            wording.percent(one.back, one.sent),
        ]
        for one in found
    ]
    shares = [
        charts.share(
            f"{one.domain}{', paused' if one.rests_until else ''}", f"{one.back:,} of {one.sent:,}", one.back, one.sent
        )
        for one in found[:6]
    ]
    head = ["Domain", "Sent", "Bounced", "Waiting", "Paused until", "Share bounced"]
    return Figure("domains", "Domains", summary, head, rows, shares=shares)


def _rests(one: mail_queries.Domain) -> str:
    return f"{one.rests_until:%H:%M} UTC" if one.rests_until else ""
