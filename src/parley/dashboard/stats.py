"""The figures of the overview, each with a sentence, a chart and a table."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from parley.core.http.pages import plural
from parley.dashboard import charts, queries
from parley.dashboard.charts import Share, Spans, Strip
from parley.dashboard.periods import Period
from parley.modlog import wording

# Items that wait for longer are late.
AIM_HOURS = 24


class Figure(msgspec.Struct, frozen=True):
    """A figure: summary, table, and its charts."""

    id: str
    title: str
    summary: str
    head: list[str]
    rows: list[list[str]]
    strips: list[Strip] = []
    spans: Spans | None = None
    shares: list[Share] = []


async def figures(period: Period) -> list[Figure]:
    """All figures of a period."""
    since, grain = period.since, period.grain
    decided = await queries.decided(since, grain)
    return [
        waiting_time(period, await queries.waited(since, grain)),
        community(period, await queries.active(since, grain), await queries.joined(since, grain)),
        decisions(period, decided),
        reports(period, await queries.reported(since, grain)),
        appeals(decided),
        agreement(await queries.second_looks(since)),
        rules(await queries.matched(since)),
    ]


def waiting_time(period: Period, found: Sequence[queries.Waited]) -> Figure:
    by_start = {one.start: one for one in found}
    parts = [by_start.get(start) for start in period.starts]
    titles = [f"{label}: {_halves(part)}" for label, part in zip(period.labels, parts, strict=True)]
    chart = charts.spans([(one.half, one.most) if one else None for one in parts], titles, AIM_HOURS * charts.HOUR)
    rows = [
        [label, f"{part.count:,}", wording.duration(part.half), wording.duration(part.most)]
        for label, part in zip(period.labels, parts, strict=True)
        if part
    ]
    return Figure(
        "waits",
        "Time to the first action",
        _halves(by_start.get(None), whole=True),
        ["", "Items", "Half within", "90 % within"],
        rows[::-1],
        spans=chart if rows else None,
    )


def _halves(part: queries.Waited | None, *, whole: bool = False) -> str:
    if part is None:
        return "Nothing needed action in this period."
    half, most = wording.duration(part.half), wording.duration(part.most)
    if whole:
        return f"Half of the items were acted on within {half}, 90 % within {most}."
    return f"half within {half}, 90 % within {most}"


def decisions(period: Period, found: Sequence[queries.Decided]) -> Figure:
    counts = [(one.start, _action_name(one), one.count) for one in found]
    total, restricting = _sums(found, "count", "restricting")
    by_rules = sum(one.count for one in found if one.automated)
    summary = (
        f"{plural(total, 'decision', 'decisions')}: {restricting:,} restricted something, "
        f"{_were(by_rules)} made by a rule."
        if total
        else "No decisions in this period."
    )
    return by_kind("decisions", "Decisions", summary, period, counts)


def _action_name(one: queries.Decided) -> str:
    name = wording.action_name(one.action).capitalize()
    return f"{name} by a rule" if one.automated else name


def reports(period: Period, found: Sequence[queries.Reported]) -> Figure:
    total, upheld, declined = _sums(found, "count", "upheld", "declined")
    answered = upheld + declined
    agreed = f" Moderators agreed with {upheld:,} of the {answered:,} they answered." if answered else ""
    summary = f"{plural(total, 'report', 'reports')}.{agreed}" if total else "No reports in this period."
    return by_kind("reports", "Reports", summary, period, [(one.start, one.ground, one.count) for one in found])


def appeals(found: Sequence[queries.Decided]) -> Figure:
    restricting, appealed, overturned = _sums(found, "restricting", "appealed", "overturned")
    summary = (
        f"Of {plural(restricting, 'decision', 'decisions')} with restrictions, {_were(appealed)} "
        f"appealed against and {overturned or 'none'} overturned."
        if restricting
        else "No restrictions in this period."
    )
    parts = [("Appealed against", appealed), ("Overturned", overturned)] if restricting else []
    return Figure(
        "appeals",
        "Appeals",
        summary,
        ["Of restrictions", "Decisions", "Share"],
        [[name, f"{part:,}", wording.percent(part, restricting)] for name, part in parts],
        shares=[charts.share(name, wording.percent(part, restricting), part, restricting) for name, part in parts],
    )


def agreement(found: Sequence[queries.SecondLooks]) -> Figure:
    total, agreed, same = _sums(found, "count", "agreed", "same")
    summary = (
        f"Of {plural(total, 'decision', 'decisions')} given a second look, {_were(agreed)} found the same, "
        f"{same or 'none'} with the same action."
        if total
        else "No second looks in this period."
    )
    rows = [
        [wording.action_name(one.action).capitalize(), f"{one.count:,}", f"{one.agreed:,}", f"{one.same:,}"]
        for one in found
    ]
    parts = [("Breaks a rule, or not", agreed), ("The same action", same)] if total else []
    shares = [charts.share(name, wording.percent(part, total), part, total) for name, part in parts]
    head = ["Decided", "Second looks", "Same finding", "Same action"]
    return Figure("agreement", "How often moderators agree", summary, head, rows, shares=shares)


def rules(found: Sequence[queries.Matched]) -> Figure:
    upheld, declined = _sums(found, "upheld", "declined")
    judged = upheld + declined
    summary = (
        f"Of {plural(judged, 'comment', 'comments')} that rules matched and moderators decided, "
        f"{upheld:,} broke a rule."
        if judged
        else "Moderators have not decided on any match of a rule in this period."
    )
    shares = [
        charts.share(
            one.rule, f"{one.upheld:,} of {one.upheld + one.declined:,}", one.upheld, one.upheld + one.declined
        )
        for one in found
    ]
    rows = [
        [one.rule, one.state, f"{one.hits:,}", f"{one.upheld:,}", f"{one.declined:,}",
         wording.percent(one.upheld, one.upheld + one.declined)]
        for one in found
    ]  # fmt: skip
    head = ["Rule", "State", "Matches", "Right", "Wrong", "Share right"]
    return Figure("rules", "Precision of the rules", summary, head, rows, shares=shares)


def community(period: Period, found: Sequence[queries.Active], joined: Sequence[queries.Joined]) -> Figure:
    whole = next((one for one in found if one.start is None), queries.Active(None, 0, 0))
    new_members = sum(one.count for one in joined)
    by_part: dict[str, dict[datetime | None, int]] = {
        "Comments": {one.start: one.posts for one in found},
        "Members who wrote": {one.start: one.people for one in found},
        "New members": {one.start: one.count for one in joined},
    }
    lines = {name: [counts.get(start, 0) for start in period.starts] for name, counts in by_part.items()}
    strips = [
        charts.strip(name, f"{total:,}", values, period.labels, max(values))
        for (name, values), total in zip(lines.items(), (whole.posts, whole.people, new_members), strict=True)
    ]
    wrote = f"{plural(whole.posts, 'comment', 'comments')} by {plural(whole.people, 'member', 'members')}"
    summary = f"{wrote if whole.posts else 'Nobody wrote anything'}; {new_members:,} joined."
    return Figure("community", "The community", summary, ["", *lines], _rows(period, lines), strips=strips)


def by_kind(name: str, title: str, summary: str, period: Period, counts: Iterable[tuple[datetime, str, int]]) -> Figure:
    """A figure with a strip for each kind that is counted, most frequent first, on one scale."""
    lines: dict[str, list[int]] = {}
    indexes = {start: index for index, start in enumerate(period.starts)}
    for start, kind, count in counts:
        # At midnight a query may return a day that began after the period was computed.
        if start in indexes:
            lines.setdefault(kind, [0] * len(indexes))[indexes[start]] += count
    totals = Counter({kind: sum(values) for kind, values in lines.items()})
    ordered = {kind: lines[kind] for kind, _ in totals.most_common()}
    peak = max((value for values in lines.values() for value in values), default=0)
    strips = [charts.strip(kind, f"{totals[kind]:,}", line, period.labels, peak) for kind, line in ordered.items()]
    return Figure(name, title, summary, ["", *ordered], _rows(period, ordered), strips=strips)


def _were(number: int) -> str:
    return f"{number:,} {'was' if number == 1 else 'were'}" if number else "none was"


def _sums(found: Sequence[Any], *names: str) -> list[int]:
    return [sum(getattr(one, name) for one in found) for name in names]


def _rows(period: Period, lines: Mapping[str, Sequence[int]]) -> list[list[str]]:
    """A row for each day or week that is not empty, newest first."""
    parts: list[Any] = list(zip(period.labels, *lines.values(), strict=True))
    return [[label, *(f"{value:,}" for value in values)] for label, *values in reversed(parts) if any(values)]
