"""The figures of the overview, each with a sentence, a chart and a table."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from parley.moderation.dashboard import charts, queries
from parley.moderation.dashboard.charts import Share, Spans, Strip
from parley.moderation.dashboard.periods import Period
from parley.moderation.modlog import wording
from parley.moderation.reports.queries import DEFAULT_HOURS
from parley.platform.text.durations import in_two_units
from parley.platform.text.formats import number, percent
from parley.platform.text.messages import N_, Message, join, plural, verbatim

RULE_STATES = {"off": N_("off"), "shadow": N_("watching"), "on": N_("on")}


class Figure(msgspec.Struct, frozen=True):
    id: str
    title: Message
    summary: Message
    head: list[str]
    rows: list[list[str]]
    strips: list[Strip] = []
    spans: Spans | None = None
    shares: list[Share] = []
    # Whether its strips cover the period, so that its ends stand below them.
    is_of_period: bool = True


async def figures(period: Period, topics: list[str] | None = None) -> list[Figure]:
    """The figures of these topics, or of the whole site: nobody joins a topic, so those are the site's alone."""
    since, grain = period.since, period.grain
    decided, by_ground = await queries.decided(since, grain, topics), await queries.waited_by_ground(since, topics)
    joined = await queries.joined(since, grain) if topics is None else None
    return [
        waiting_time(period, await queries.waited(since, grain, topics), by_ground),
        times_to_decide(by_ground),
        community(period, await queries.active(since, grain, topics), joined),
        decisions(period, decided),
        reports(period, await queries.reported(since, grain, topics)),
        appeals(decided),
        load(await queries.load(since, topics)),
        agreement(await queries.second_looks(since, topics)),
        rules(await queries.matched(since, topics)),
    ]


def waiting_time(
    period: Period, periods: Sequence[queries.Waited], by_ground: Sequence[queries.WaitedByGround]
) -> Figure:
    by_start = {row.start: row for row in periods}
    parts = [by_start.get(start) for start in period.starts]
    titles = [_halves_of(label, part) for label, part in zip(period.labels, parts, strict=True)]
    hours = sorted({row.hours_to_decide for row in by_ground} or {DEFAULT_HOURS})
    aims = {float(hour * charts.HOUR): _aim(hour, by_ground) for hour in hours}
    chart = charts.spans([(part.half, part.most) if part else None for part in parts], titles, aims)
    rows = [
        [label, number(part.count), in_two_units(part.half), in_two_units(part.most)]
        for label, part in zip(period.labels, parts, strict=True)
        if part
    ]
    return Figure(
        "waits",
        N_("Time to the first action"),
        _halves(by_start.get(None)),
        ["", N_("Items"), N_("Half within"), N_("90% within")],
        rows[::-1],
        spans=chart if rows else None,
    )


def _aim(hours: int, by_ground: Sequence[queries.WaitedByGround]) -> Message:
    """The name of a line in the chart: a time to decide, and the rules that have it."""
    time, rules = (
        in_two_units(hours * charts.HOUR),
        join(", ", [row.ground for row in by_ground if row.hours_to_decide == hours]),
    )
    if not rules:
        return N_("to decide within {time}").format(time=time)
    return N_("to decide within {time}: {rules}").format(time=time, rules=rules)


NOTHING_WAITED = N_("Nothing in this period.")


def _halves(part: queries.Waited | None) -> Message:
    if part is None:
        return NOTHING_WAITED
    half, most = in_two_units(part.half), in_two_units(part.most)
    return N_("Half of the items were acted on within {half}, 90% within {most}.").format(half=half, most=most)


def _halves_of(label: str, part: queries.Waited | None) -> Message:
    """The same for one day or week."""
    if part is None:
        return N_("{when}: nothing needed action").format(when=label)
    half, most = in_two_units(part.half), in_two_units(part.most)
    return N_("{when}: half within {half}, 90% within {most}").format(when=label, half=half, most=most)


def times_to_decide(grounds: Sequence[queries.WaitedByGround]) -> Figure:
    total, in_time = _sums(grounds, "count", "in_time")
    summary = N_("{part} of {whole} were acted on in time.").format(part=number(in_time), whole=number(total))
    rows = [
        [row.ground, number(row.hours_to_decide), number(row.count), in_two_units(row.half), _in_time(row)]
        for row in grounds
    ]
    return Figure(
        "times-to-decide",
        N_("Time to the first action, by rule"),
        summary if grounds else NOTHING_WAITED,
        [N_("Rule"), N_("To decide within, hours"), N_("Items"), N_("Half within"), N_("In time")],
        rows,
        shares=[charts.share(row.ground, _in_time(row), row.in_time, row.count) for row in grounds],
    )


def _in_time(row: queries.WaitedByGround) -> str:
    return percent(row.in_time, row.count)


def decisions(period: Period, rows: Sequence[queries.Decided]) -> Figure:
    counts = [(row.start, _action_name(row), row.count) for row in rows]
    total, restricting = _sums(rows, "count", "restricting")
    by_rules = sum(row.count for row in rows if row.automated)
    summary = N_("{decisions}: {restricting} restricted something, {by_rules}.").format(
        decisions=plural("{count} decision", "{count} decisions", total),
        restricting=restricting,
        by_rules=plural("{count} was made by a rule", "{count} were made by a rule", by_rules)
        if by_rules
        else N_("none was made by a rule"),
    )
    nothing = N_("Nothing in this period.")
    return by_kind("decisions", N_("Decisions"), summary if total else nothing, period, counts)


def _action_name(row: queries.Decided) -> Message:
    name = wording.action_name(row.action)
    return N_("{action} by a rule").format(action=name) if row.automated else name


def reports(period: Period, rows: Sequence[queries.Reported]) -> Figure:
    total, upheld, declined = _sums(rows, "count", "upheld", "declined")
    answered = upheld + declined
    summary = plural("{count} report.", "{count} reports.", total) if total else N_("Nothing in this period.")
    if answered:
        agreed = plural(
            "Moderators answered one and agreed with {upheld}.",
            "Moderators agreed with {upheld} of the {count} they answered.",
            answered,
            upheld=upheld,
        )
        summary = join(" ", [summary, agreed])
    counts = [(row.start, verbatim(row.ground), row.count) for row in rows]
    return by_kind("reports", N_("Reports"), summary, period, counts)


def load(rows: Sequence[queries.Load]) -> Figure:
    total, viewed = _sums(rows, "decisions", "viewed")
    summary = N_("{decisions} by {moderators}; hidden content was viewed {views}.").format(
        decisions=plural("{count} decision", "{count} decisions", total),
        moderators=plural("{count} moderator", "{count} moderators", len(rows)),
        views=plural("{count} time", "{count} times", viewed),
    )
    return Figure(
        "load",
        N_("Load"),
        summary if rows else N_("Nothing in this period."),
        [N_("Moderator"), N_("Decisions"), N_("Hidden content viewed")],
        [[row.name, number(row.decisions), number(row.viewed)] for row in rows],
        shares=[charts.share(row.name, percent(row.decisions, total), row.decisions, total) for row in rows[:6]],
    )


def appeals(rows: Sequence[queries.Decided]) -> Figure:
    restricting, appealed, overturned = _sums(rows, "restricting", "appealed", "overturned")
    summary = N_("{decisions}: {appealed}, {overturned}.").format(
        decisions=plural("{count} decision with a restriction", "{count} decisions with restrictions", restricting),
        appealed=plural("{count} was appealed against", "{count} were appealed against", appealed)
        if appealed
        else N_("none was appealed against"),
        overturned=plural("{count} was overturned", "{count} were overturned", overturned)
        if overturned
        else N_("none was overturned"),
    )
    parts = [(N_("Appealed against"), appealed), (N_("Overturned"), overturned)] if restricting else []
    return Figure(
        "appeals",
        N_("Appeals"),
        summary if restricting else N_("Nothing in this period."),
        [N_("Of restrictions"), N_("Decisions"), N_("Share of all")],
        [[name, number(part), percent(part, restricting)] for name, part in parts],
        shares=[charts.share(name, percent(part, restricting), part, restricting) for name, part in parts],
    )


def agreement(actions: Sequence[queries.SecondLooks]) -> Figure:
    total, agreed, same = _sums(actions, "count", "agreed", "same")
    summary = N_("{looks}: {agreed}, {same}.").format(
        looks=plural("{count} decision was given a second look", "{count} decisions were given a second look", total),
        agreed=plural("{count} found the same", "{count} found the same", agreed),
        same=plural("{count} chose the same action", "{count} chose the same action", same),
    )
    rows = [
        [wording.action_name(row.action), number(row.count), number(row.agreed), number(row.same)] for row in actions
    ]
    parts = [(N_("Breaks a rule, or not"), agreed), (N_("The same action"), same)] if total else []
    shares = [charts.share(name, percent(part, total), part, total) for name, part in parts]
    head: list[str] = [N_("Decided"), N_("Second looks"), N_("Same finding"), N_("Same action")]
    nothing = N_("Nothing in this period.")
    title = N_("How often moderators agree")
    return Figure("agreement", title, summary if total else nothing, head, rows, shares=shares)


def rules(matches: Sequence[queries.Matched]) -> Figure:
    upheld, declined = _sums(matches, "upheld", "declined")
    summary = plural(
        "Moderators decided on one comment that rules matched: {upheld} broke a rule.",
        "Moderators decided on {count} comments that rules matched: {upheld} broke a rule.",
        upheld + declined,
        upheld=upheld,
    )
    decided = [row for row in matches if row.upheld + row.declined]
    shares = [charts.share(row.rule, _right(row), row.upheld, row.upheld + row.declined) for row in decided]
    rows = [
        [row.rule, RULE_STATES[row.state], number(row.hits), number(row.upheld), number(row.declined),
         percent(row.upheld, row.upheld + row.declined)]
        for row in matches
    ]  # fmt: skip
    head: list[str] = [N_("Rule"), N_("State"), N_("Matches"), N_("Right"), N_("Wrong"), N_("Share right")]
    nothing = N_("Moderators have not decided on any match of a rule in this period.")
    title = N_("Precision of the rules")
    return Figure("rules", title, summary if upheld + declined else nothing, head, rows, shares=shares)


def _right(row: queries.Matched) -> Message:
    return N_("{part} of {whole}").format(part=row.upheld, whole=row.upheld + row.declined)


def community(period: Period, rows: Sequence[queries.Active], joined: Sequence[queries.Joined] | None) -> Figure:
    whole = next((row for row in rows if row.start is None), queries.Active(None, 0, 0))
    by_part: dict[Message, dict[datetime | None, int]] = {
        N_("Comments"): {row.start: row.posts for row in rows},
        N_("Members who wrote"): {row.start: row.people for row in rows},
    }
    if joined is not None:
        by_part[N_("New members")] = {row.start: row.count for row in joined}
    totals = (whole.posts, whole.people, sum(row.count for row in joined or ()))
    lines = {name: [counts.get(start, 0) for start in period.starts] for name, counts in by_part.items()}
    strips = [
        charts.strip(name, number(total), values, period.labels, max(values))
        for (name, values), total in zip(lines.items(), totals, strict=False)
    ]
    wrote = N_("{comments} by {members}").format(
        comments=plural("{count} comment", "{count} comments", whole.posts),
        members=plural("{count} member", "{count} members", whole.people),
    )
    who = wrote if whole.posts else N_("Nobody wrote anything")
    if joined is None:
        summary = N_("{wrote}.").format(wrote=who)
    else:
        new_members = plural("{count} joined", "{count} joined", totals[-1])
        summary = N_("{wrote}; {joined}.").format(wrote=who, joined=new_members)
    return Figure("community", N_("The community"), summary, ["", *lines], _rows(period, lines), strips=strips)


def by_kind(
    name: str, title: Message, summary: Message, period: Period, counts: Iterable[tuple[datetime, Message, int]]
) -> Figure:
    """A figure with a strip for each kind that is counted, most frequent first, on one scale."""
    lines: dict[Message, list[int]] = {}
    indexes = {start: index for index, start in enumerate(period.starts)}
    for start, kind, count in counts:
        # At midnight a query may return a day that began after the period was computed.
        if start in indexes:
            lines.setdefault(kind, [0] * len(indexes))[indexes[start]] += count
    totals = Counter({kind: sum(values) for kind, values in lines.items()})
    ordered = {kind: lines[kind] for kind, _ in totals.most_common()}
    peak = max((value for values in lines.values() for value in values), default=0)
    strips = [charts.strip(kind, number(totals[kind]), line, period.labels, peak) for kind, line in ordered.items()]
    return Figure(name, title, summary, ["", *ordered], _rows(period, ordered), strips=strips)


def _sums(rows: Sequence[Any], *names: str) -> list[int]:
    return [sum(getattr(row, name) for row in rows) for name in names]


def _rows(period: Period, lines: Mapping[Message, Sequence[int]]) -> list[list[str]]:
    """A row for each day or week that is not empty, newest first."""
    parts: list[Any] = list(zip(period.labels, *lines.values(), strict=True))
    return [[label, *map(number, values)] for label, *values in reversed(parts) if any(values)]
