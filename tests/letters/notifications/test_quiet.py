"""Quiet hours in the member's zone, past midnight, and on days when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.letters.notifications.rules import QuietSpan, next_moment_outside

# "Factory" and "localtime" are no places; their rules are UTC's or the machine's.
ZONES = sorted(available_timezones() - {"Factory", "localtime"})

hours = st.builds(QuietSpan, starts=st.integers(0, 23), ends=st.integers(0, 23), zone=st.sampled_from(ZONES)).filter(
    lambda quiet: quiet.starts != quiet.ends
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2034, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 the zone is given


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def minutes(start: datetime, end: datetime) -> list[datetime]:
    return [start + timedelta(minutes=n) for n in range(int((end - start) / timedelta(minutes=1)))]


def is_quiet_hour(quiet: QuietSpan, moment: datetime) -> bool:
    """By the list of the hours, which is another way than that of the code."""
    length = (quiet.ends - quiet.starts) % 24
    return moment.astimezone(ZoneInfo(quiet.zone)).hour in {(quiet.starts + n) % 24 for n in range(length)}


@given(quiet=hours, now=moments)
def test_the_moment_found_is_the_first_that_is_not_quiet(quiet: QuietSpan, now: datetime) -> None:
    found = next_moment_outside(quiet, now)

    assert found >= now
    assert not is_quiet_hour(quiet, found)
    assert all(is_quiet_hour(quiet, moment) for moment in minutes(now, found))


@given(quiet=hours, now=moments)
def test_a_letter_waits_less_than_a_day_and_an_hour(quiet: QuietSpan, now: datetime) -> None:
    found = next_moment_outside(quiet, now)

    assert found - now < timedelta(hours=25)
    assert next_moment_outside(quiet, found) == found


@given(quiet=hours, now=moments)
def test_outside_quiet_hours_nothing_waits(quiet: QuietSpan, now: datetime) -> None:
    assert (next_moment_outside(quiet, now) == now) is not is_quiet_hour(quiet, now)


@pytest.mark.parametrize(
    ("zone", "starts", "ends", "now", "then"),
    [
        ("Europe/Berlin", 22, 7, "2026-11-27T23:30", "2026-11-28T07:00"),
        ("Europe/Berlin", 22, 7, "2026-11-28T06:59", "2026-11-28T07:00"),
        ("Europe/Berlin", 22, 7, "2026-11-28T07:00", "2026-11-28T07:00"),
        ("Europe/Berlin", 9, 17, "2026-11-27T12:10", "2026-11-27T17:00"),
        # The night of spring is an hour shorter, that of autumn an hour longer; the hour on the clock is the same.
        ("Europe/Berlin", 22, 7, "2026-03-28T23:00", "2026-03-29T07:00"),
        ("Europe/Berlin", 22, 7, "2026-10-24T23:00", "2026-10-25T07:00"),
        # The clocks go from 2 to 3: 2 o'clock never comes, and 3 is when it would have.
        ("Europe/Berlin", 22, 2, "2026-03-29T01:30", "2026-03-29T03:00"),
        # A zone whose clocks change by half an hour, and one that is 45 minutes off.
        ("Australia/Lord_Howe", 22, 2, "2026-10-04T01:30", "2026-10-04T02:30"),
        ("Asia/Kathmandu", 22, 7, "2026-11-27T23:00", "2026-11-28T07:00"),
    ],
)
def test_quiet_hours_end_when_the_clocks_show_it(zone: str, starts: int, ends: int, now: str, then: str) -> None:
    assert next_moment_outside(QuietSpan(starts, ends, zone), local(now, zone)) == local(then, zone)


def test_an_hour_that_the_clocks_show_twice_is_quiet_twice() -> None:
    first = local("2026-10-25T02:30", "Europe/Berlin")

    found = next_moment_outside(QuietSpan(2, 3, "Europe/Berlin"), first)

    assert found - first == timedelta(minutes=90)
