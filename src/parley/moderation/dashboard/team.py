"""Figures for a lead: whether the team is fair, keeps up, and what it works on most."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import sqrt

import msgspec

from parley.moderation.dashboard import charts, team_queries
from parley.moderation.dashboard.periods import Period, short
from parley.moderation.dashboard.stats import Figure
from parley.moderation.dashboard.team_queries import ByModerator, ByTopic, MostReported, OpenAt, Pace, Reversals
from parley.platform.text.durations import in_two_units
from parley.platform.text.formats import number, percent
from parley.platform.text.messages import N_, Message, plural

WEEKS = timedelta(weeks=4)
HOURS_OF_DAY = 24
# 95 % of what chance does lies within this many standard deviations.
DEVIATIONS = 1.96


async def figures(viewer: int, period: Period, topics: list[str] | None = None) -> list[Figure]:
    """The figures of which something happened."""
    since = period.since
    start = (datetime.now(UTC) - WEEKS).replace(minute=0, second=0, microsecond=0)
    reported = await team_queries.most_reported(viewer, since, topics)
    every = [
        moderators(await team_queries.pace(since, topics), await team_queries.by_moderator(since, topics)),
        backlog(await team_queries.backlog(start, topics)),
        most_reported("threads", N_("Most reported threads"), N_("Thread"), reported["threads"]),
        most_reported("members", N_("Most reported members"), N_("Member"), reported["members"]),
        most_reported("domains", N_("Most reported domains"), N_("Domain"), reported["domains"]),
        reporters(await team_queries.reporters(since, topics)),
        reversals(await team_queries.reversals(since, topics)),
    ]
    return [figure for figure in every if figure.rows]


def by_topic(rows: Sequence[ByTopic]) -> Figure:
    """Topics beside each other, at least one."""
    total = number(sum(row.open for row in rows))
    most = N_("{count} open, most of them in {topic}.")
    summary = most.format(count=total, topic=rows[0].name) if rows[0].open else N_("Nothing is waiting for you.")
    cells = [
        [row.name, number(row.open), number(row.decisions), in_two_units(row.half) if row.half is not None else "",
         number(row.overturned)]
        for row in rows
    ]  # fmt: skip
    head: list[str] = [N_("Topic"), N_("Open"), N_("Decisions"), N_("Half within"), N_("Overturned")]
    return Figure("topics", N_("Topics"), summary, head, cells)


class Spread(msgspec.Struct, frozen=True):
    """A share, and the range in which chance alone puts it for somebody who decides as the team does."""

    part: int
    whole: int
    low: float
    high: float

    @property
    def is_unusual(self) -> bool:
        return bool(self.whole) and not self.low <= self.part / self.whole <= self.high


def spread(own: Sequence[tuple[str | None, int, int]], team: dict[str | None, tuple[int, int]]) -> Spread:
    """Compare (ground, part, whole) of one moderator with the team's (part, whole) of the same grounds.

    The part is a sum of independent binomials; its range is the normal approximation at 95 %.
    """
    whole, part = sum(one[2] for one in own), sum(one[1] for one in own)
    shares = [(count, team[ground][0] / team[ground][1]) for ground, _, count in own if count]
    if not whole:
        return Spread(part, whole, 0, 1)
    mean = sum(count * share for count, share in shares) / whole
    deviation = DEVIATIONS * sqrt(sum(count * share * (1 - share) for count, share in shares)) / whole
    return Spread(part, whole, max(0.0, mean - deviation), min(1.0, mean + deviation))


def moderators(paces: Sequence[Pace], rows: Sequence[ByModerator]) -> Figure:
    restricted = _spreads((row.name, row.ground, row.restricting, row.count) for row in rows)
    overturned = _spreads((row.name, row.ground, row.overturned, row.restricting) for row in rows)
    unusual = sum(one.is_unusual for one in [*restricted.values(), *overturned.values()])
    return Figure(
        "moderators",
        N_("How each moderator decides"),
        plural(
            "{count} share is further from the team than chance explains, on the same grounds.",
            "{count} shares are further from the team than chance explains, on the same grounds.",
            unusual,
        )
        if unusual
        else N_("On the same grounds, all differences are small enough to be chance."),
        [N_("Moderator"), N_("Decisions"), N_("Half within"), N_("Restricted"), N_("By chance"), N_("Overturned"),
         N_("By chance")],
        [
            [row.name, number(row.count), in_two_units(row.half) if row.half is not None else "",
             *_cells(restricted.get(row.name)), *_cells(overturned.get(row.name))]
            for row in paces
        ],
    )  # fmt: skip


def _spreads(counts: Iterable[tuple[str, str | None, int, int]]) -> dict[str, Spread]:
    """The spread of each moderator, from (moderator, ground, part, whole)."""
    own: dict[str, list[tuple[str | None, int, int]]] = defaultdict(list)
    team: dict[str | None, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for name, ground, part, whole in counts:
        own[name].append((ground, part, whole))
        team[ground] = (team[ground][0] + part, team[ground][1] + whole)
    return {name: spread(parts, team) for name, parts in own.items()}


def _cells(one: Spread | None) -> list[str]:
    if one is None or not one.whole:
        return ["", ""]
    share = N_("{part} of {whole}, {share}").format(part=one.part, whole=one.whole, share=percent(one.part, one.whole))
    chance = N_("{low} to {high}%").format(low=round(100 * one.low), high=round(100 * one.high))
    return [N_("{share} (unusual)").format(share=share) if one.is_unusual else share, chance]


def backlog(hours: Sequence[OpenAt]) -> Figure:
    """Open items at the end of each day, and on average at each hour of the day."""
    # The last hour of a day counts; of today, the present one.
    days = {one.hour.replace(hour=0): one.open for one in hours}
    now, highest = hours[-1].open if hours else 0, max((one.open for one in hours), default=0)
    strips = [
        charts.strip(
            N_("At the end of each day, four weeks"), number(now), list(days.values()), list(map(short, days)), highest
        ),
        _by_hour(hours),
    ]
    return Figure(
        "backlog",
        N_("Backlog of four weeks"),
        N_("{now} open now, {highest} at most in four weeks.").format(now=number(now), highest=number(highest)),
        [N_("Day"), N_("Open")],
        [[short(day), number(count)] for day, count in reversed(days.items())] if highest else [],
        strips=strips,
        is_of_period=False,
    )


def _by_hour(hours: Sequence[OpenAt]) -> charts.Strip:
    by_hour = [[one.open for one in hours if one.hour.hour == hour] for hour in range(HOURS_OF_DAY)]
    means = [round(sum(some) / len(some), 1) if some else 0 for some in by_hour]
    labels = [f"{hour}:00" for hour in range(HOURS_OF_DAY)]
    return charts.strip(N_("Mean by hour, 0 to 23 (UTC)"), str(max(means)), means, labels, max(means))


def most_reported(name: str, title: Message, head: Message, rows: Sequence[MostReported]) -> Figure:
    total = sum(row.count for row in rows)
    summary = plural("{count} report.", "{count} reports.", total)
    cells = [[row.name, number(row.count), number(row.upheld)] for row in rows]
    return Figure(f"reported-{name}", title, summary, [head, N_("Reports"), N_("Upheld")], cells)


def reporters(rows: Sequence[MostReported]) -> Figure:
    upheld, declined = sum(row.upheld for row in rows), sum(row.declined for row in rows)
    summary = N_("Of those who reported most, moderators agreed with {part} of {whole} reports they answered.").format(
        part=upheld, whole=upheld + declined
    )
    cells = [
        [row.name, number(row.count), number(row.upheld), number(row.declined),
         percent(row.upheld, row.upheld + row.declined) if row.upheld + row.declined else ""]
        for row in rows
    ]  # fmt: skip
    head: list[str] = [N_("Reporter"), N_("Reports"), N_("Upheld"), N_("Declined"), N_("Share upheld")]
    return Figure("reporters", N_("Who reports, and how well"), summary, head, cells)


def reversals(rows: Sequence[Reversals]) -> Figure:
    total, reversed_ = sum(row.count for row in rows), sum(row.reversed for row in rows)
    summary = N_("{part} of {whole} restrictions were reversed or made milder.").format(part=reversed_, whole=total)
    cells = [
        [row.name, number(row.count), number(row.appealed), number(row.reversed), percent(row.reversed, row.count)]
        for row in rows
    ]
    head: list[str] = [N_("Rule"), N_("Restrictions"), N_("Appealed against"), N_("Reversed"), N_("Share reversed")]
    return Figure("reversals", N_("Reversals by rule"), summary, head, cells)
