"""What `/mod/mail` says: each figure with a sentence, a chart and the table behind it."""

from collections.abc import Sequence

from parley.core.pages import plural
from parley.moderation import charts, wording
from parley.moderation.periods import Period
from parley.moderation.queries import mail
from parley.moderation.stats import Figure, stripped

WORDS = {
    "gone": "No such mailbox",
    "hard": "Cannot be reached",
    "full": "Mailbox full",
    "content": "This letter was refused",
    "rate": "Too much at once",
    "soft": "Full, or not now",
    "policy": "Our mail refused",
    "complaint": "Complaint",
    "delayed": "Delayed",
    "failed": "Refused for good",
    "expired": "Too late",
    "stopped": "Not wanted any more",
    "unknown": "Not known",
}


async def figures(period: Period) -> list[Figure]:
    """All figures of a time, each from its own query."""
    return [
        sent(period, await mail.sent(period.since)),
        came_back(period, await mail.came_back(period.since)),
        not_sent(period, await mail.not_sent(period.since)),
        domains(await mail.domains(period.since)),
    ]


def sent(period: Period, found: Sequence[mail.Counted]) -> Figure:
    total = sum(one.count for one in found)
    summary = f"{plural(total, 'message', 'messages')} went out." if total else "Nothing went out in this time."
    counts = [(one.start, one.kind.capitalize(), one.count) for one in found]
    return stripped("sent", "Sent", summary, period, counts)


def came_back(period: Period, found: Sequence[mail.Counted]) -> Figure:
    total = sum(one.count for one in found)
    complaints = sum(one.count for one in found if one.kind == "complaint")
    complained = plural(complaints, "was a complaint", "were complaints") if complaints else "none was a complaint"
    summary = f"{total:,} came back; {complained}." if total else "Nothing came back in this time."
    counts = [(one.start, WORDS.get(one.kind, one.kind), one.count) for one in found]
    return stripped("back", "Came back", summary, period, counts)


def not_sent(period: Period, found: Sequence[mail.Counted]) -> Figure:
    total = sum(one.count for one in found)
    summary = f"{plural(total, 'message', 'messages')} did not go out." if total else "Everything went out, or will."
    counts = [(one.start, WORDS[one.kind], one.count) for one in found]
    return stripped("not-sent", "Not sent", summary, period, counts)


def domains(found: Sequence[mail.Domain]) -> Figure:
    resting = sum(one.rests_until is not None for one in found)
    rest = "no domain rests" if not resting else f"{plural(resting, 'domain rests', 'domains rest')} for asking to wait"
    summary = f"Of what went out, so much came back; {rest}." if found else "Nothing was written to anybody yet."
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
            f"{one.domain}{', rests' if one.rests_until else ''}", f"{one.back:,} of {one.sent:,}", one.back, one.sent
        )
        for one in found[:6]
    ]
    head = ["Domain", "Sent", "Came back", "Waits", "Rests until", "Share that came back"]
    return Figure("domains", "Domains", summary, head, rows, shares=shares)


def _rests(one: mail.Domain) -> str:
    return f"{one.rests_until:%H:%M} UTC" if one.rests_until else ""
