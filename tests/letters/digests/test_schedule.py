"""Every zone and clock change of ten years: one issue per local day or week, at the chosen hour."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.letters.digests.schedule import (
    JITTER_SECONDS,
    DueIssue,
    Schedule,
    jitter,
    moment,
    next_due,
    omits_weekly_topics,
)
from parley.platform.text import zones

FIRST, LAST = date(2024, 1, 1), date(2034, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
# "Factory" and "localtime" are no places; their rules are UTC's or the machine's.
ZONES = sorted(available_timezones() - {"Factory", "localtime"})
# One name of each set of rules: a third of the names are further ones for the same.
RULES = sorted({files("tzdata.zoneinfo").joinpath(zone).read_bytes(): zone for zone in ZONES}.values())

schedules = st.builds(
    Schedule,
    frequency=st.sampled_from(["daily", "weekly"]),
    weekday=st.integers(1, 7),
    hour=st.integers(0, 23),
    zone=st.sampled_from(ZONES),
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2034, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 the zone is given


def issues(schedule: Schedule, start: datetime, many: int) -> list[DueIssue]:
    """The next issues, each planned when the one before is due."""
    found: list[DueIssue] = []
    last, now = None, start
    for _ in range(many):
        found.append(next_due(schedule, last, now))
        last, now = found[-1].day, found[-1].at
    return found


# Clocks change at two; the other hours in `make sure`.
@pytest.mark.parametrize("hour", [2, *(pytest.param(hour, marks=pytest.mark.slow) for hour in (0, 8, 23))])
def test_every_zone_has_one_moment_in_each_day_of_ten_years_and_they_rise(hour: int) -> None:
    for name in RULES:
        schedule, zone = Schedule("daily", 1, hour, name), ZoneInfo(name)
        found = [moment(day, schedule) for day in DAYS]

        assert [at.astimezone(zone).date() for at in found] == DAYS, name
        assert all(one < other for one, other in pairwise(found)), name


def test_a_weekly_digest_comes_once_in_each_week_of_ten_years() -> None:
    for name in RULES:
        found = issues(Schedule("weekly", 7, 2, name), datetime(2024, 1, 1, tzinfo=UTC), 570)

        weeks = [one.at.astimezone(ZoneInfo(name)).date().isocalendar()[:2] for one in found]
        assert [f"{year}-W{week:02}" for year, week in weeks] == [one.period for one in found], name
        assert len(set(weeks)) == len(found), name
        assert all(other.day - one.day == timedelta(days=7) for one, other in pairwise(found)), name


@given(schedule=schedules, now=moments)
def test_the_hour_is_the_one_that_was_asked_for_unless_clocks_skip_it(schedule: Schedule, now: datetime) -> None:
    for due in issues(schedule, now, 5):
        local = due.at.astimezone(ZoneInfo(schedule.zone))
        skipped = local.hour != schedule.hour
        assert local.date() == due.day
        assert not skipped or _is_skipped(due.day, schedule)


def _is_skipped(day: date, schedule: Schedule) -> bool:
    naive = datetime(day.year, day.month, day.day, schedule.hour)  # noqa: DTZ001 the clock's own time is meant
    zone = ZoneInfo(schedule.zone)
    return naive.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive


MOVES = st.lists(st.tuples(st.sampled_from(ZONES), st.integers(0, 100)), max_size=8)


@given(
    schedule=schedules,
    now=moments,
    changes=MOVES,
)
def test_moving_to_other_zones_neither_skips_a_period_nor_repeats_one(
    schedule: Schedule, now: datetime, changes: list[tuple[str, int]]
) -> None:
    """Between two issues the member moves; some hours later the next is planned anew, as ops.py does."""
    last, found = None, [next_due(schedule, None, now)]
    for zone, hours in changes:
        last, now = found[-1].day, found[-1].at
        due = next_due(schedule, last, now)
        schedule = Schedule(schedule.frequency, schedule.weekday, schedule.hour, zone)
        moved_at = min(now + timedelta(hours=hours), due.at)
        found.append(next_due(schedule, last, moved_at))

    assert all(one.at <= other.at for one, other in pairwise(found))
    step = timedelta(days=1 if schedule.frequency == "daily" else 7)
    ahead = timedelta(days=2)
    for one, other in pairwise(found):
        assert one.period < other.period
        assert other.day - one.day <= step + ahead


@given(schedule=schedules, now=moments)
def test_a_new_subscription_begins_in_the_future(schedule: Schedule, now: datetime) -> None:
    due = next_due(schedule, None, now)

    assert now < due.at <= now + timedelta(days=8)


@given(schedule=schedules, now=moments, days=st.integers(1, 400))
def test_after_a_standstill_one_issue_comes_and_not_all_that_were_missed(
    schedule: Schedule, now: datetime, days: int
) -> None:
    first = next_due(schedule, None, now)
    later = first.at + timedelta(days=days)
    second = next_due(schedule, first.day, later)
    third = next_due(schedule, second.day, second.at)

    assert second.at >= later
    assert third.period > second.period
    assert third.at > second.at


def test_an_hour_that_is_skipped_comes_an_hour_later_and_one_that_comes_twice_the_first_time() -> None:
    berlin = Schedule("daily", 1, 2, "Europe/Berlin")

    assert moment(date(2026, 3, 29), berlin) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert moment(date(2026, 10, 25), berlin) == datetime(2026, 10, 25, 0, tzinfo=UTC)


def test_a_daily_issue_leaves_weekly_topics_out_except_on_the_weekday() -> None:
    week = [f"2026-11-{day}" for day in range(23, 30)]
    assert [omits_weekly_topics(day, 3) for day in week] == [True, True, False, True, True, True, True]
    assert not omits_weekly_topics("2026-W48", 3)


def test_an_hour_skipped_before_midnight_stays_on_its_day() -> None:
    nuuk = Schedule("daily", 1, 23, "America/Nuuk")

    assert moment(date(2025, 3, 29), nuuk).astimezone(ZoneInfo("America/Nuuk")).date() == date(2025, 3, 29)


@given(member=st.integers(1, 2**63 - 1), period=st.sampled_from(["2026-W48", "2026-11-25"]))
def test_the_jitter_depends_on_the_issue_and_is_less_than_twenty_minutes(member: int, period: str) -> None:
    assert jitter(member, period) == jitter(member, period)
    assert timedelta(0) <= jitter(member, period) < timedelta(seconds=JITTER_SECONDS)


def test_jitters_spread_over_the_twenty_minutes() -> None:
    minutes = [jitter(member, "2026-W48").seconds // 60 for member in range(20_000)]

    assert min(minutes.count(minute) for minute in range(20)) > 800


def test_the_zones_to_choose_from_are_places_there_are() -> None:
    listed = {name for part in zones.by_region().values() for name, _ in part}

    assert {"Europe/Berlin", "America/Argentina/Ushuaia", "Pacific/Chatham"} <= listed <= zones.known_zones()
