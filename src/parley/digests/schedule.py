"""When a digest is due: at the member's own weekday and hour, once in each local day or week, whatever clocks do there.

All arithmetic is on days of the member's calendar; only the last step makes a moment of it. Adding 24 hours would
drift away from the hour that was asked for (trust.md C4).
"""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

# So that not everybody's leaves at the full hour.
JITTER_SECONDS = 20 * 60


class Wish(msgspec.Struct, frozen=True):
    """How often, and when: `weekday` from 1 (Monday) to 7, used when weekly; `hour` from 0 to 23, of the zone."""

    frequency: str
    weekday: int
    hour: int
    zone: str


class DueIssue(msgspec.Struct, frozen=True):
    """One issue: the local day it is due on, its moment, and the name of its period, which no member gets twice."""

    day: date
    at: datetime
    period: str


def next_due(wish: Wish, last: date | None, now: datetime) -> DueIssue:
    """The issue that follows the one of the local day `last`; without one, the first that is still to come.

    A moment that has passed while its day or week has had no issue is `now`: after a change of zone or weekday, and
    after a standstill of ours, every period still has its one.
    """
    today = now.astimezone(ZoneInfo(wish.zone)).date()
    day = _day_in_period(wish, today)
    if last is None:
        if moment(day, wish) <= now:
            day = _following(wish, day)
    elif _start(wish, day) <= _start(wish, last):
        day = _following(wish, _day_in_period(wish, last))
    return DueIssue(day, max(moment(day, wish), now), period(wish.frequency, day))


def period(frequency: str, day: date) -> str:
    """The name of the period that holds `day`: its date, or its ISO week, such as 2026-W48."""
    year, week, _ = day.isocalendar()
    return day.isoformat() if frequency == "daily" else f"{year}-W{week:02}"


def is_between(name: str, weekday: int) -> bool:
    """Whether the issue of the period of this name comes between two of `weekday`: it is daily, and of another day."""
    return bool(name) and "W" not in name and date.fromisoformat(name).isoweekday() != weekday


def moment(day: date, wish: Wish) -> datetime:
    """When the clocks of the zone show the wished hour on `day`, in UTC; the first time, where they show it twice.

    Where they skip it, an hour later, or an hour earlier where later would be tomorrow.
    """
    zone = ZoneInfo(wish.zone)
    local = datetime.combine(day, time(wish.hour), zone)
    at = local.astimezone(UTC)
    if at.astimezone(zone).date() != day:
        at = local.replace(fold=1).astimezone(UTC)
    return at


def jitter(member: int, period: str) -> timedelta:
    """How much later than asked an issue may leave; always the same for the same issue."""
    digest = hashlib.blake2b(f"{member}|{period}".encode(), digest_size=4).digest()
    return timedelta(seconds=int.from_bytes(digest) % JITTER_SECONDS)


def _day_in_period(wish: Wish, day: date) -> date:
    """The day on which the issue of the period that holds `day` is due."""
    return day if wish.frequency == "daily" else day + timedelta(days=wish.weekday - day.isoweekday())


def _following(wish: Wish, day: date) -> date:
    return day + timedelta(days=1 if wish.frequency == "daily" else 7)


def _start(wish: Wish, day: date) -> date:
    """The first day of the period that holds `day`."""
    return day if wish.frequency == "daily" else day - timedelta(days=day.isoweekday() - 1)
