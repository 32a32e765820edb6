"""When a digest is due: at the member's weekday and hour, once per local day or week, also when clocks change.

All arithmetic is on local days; only the last step converts to a moment in UTC. Adding 24 hours instead would change
the local hour when clocks change.
"""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

# Spreads the mails over the time after the full hour.
JITTER_SECONDS = 20 * 60


class Schedule(msgspec.Struct, frozen=True):
    """How often and when: `weekday` from 1 (Monday) to 7, used if weekly; `hour` from 0 to 23, local to the zone."""

    frequency: str
    weekday: int
    hour: int
    zone: str


class DueIssue(msgspec.Struct, frozen=True):
    """One issue: the local day on which it is due, the moment, and its period, for which a member gets one issue."""

    day: date
    at: datetime
    period: str


def next_due(schedule: Schedule, last: date | None, now: datetime) -> DueIssue:
    """Return the issue that follows the one of the local day `last`; without `last`, the first in the future.

    If its moment has passed although its day or week has had no issue, it is due `now`: every period gets its issue,
    also after a change of zone or weekday and after an outage.
    """
    today = now.astimezone(ZoneInfo(schedule.zone)).date()
    day = _day_in_period(schedule, today)
    if last is None:
        if moment(day, schedule) <= now:
            day = _following(schedule, day)
    elif _start(schedule, day) <= _start(schedule, last):
        day = _following(schedule, _day_in_period(schedule, last))
    return DueIssue(day, max(moment(day, schedule), now), period(schedule.frequency, day))


def period(frequency: str, day: date) -> str:
    """Return the period that contains `day`: its date, or its ISO week, such as 2026-W48."""
    year, week, _ = day.isocalendar()
    return day.isoformat() if frequency == "daily" else f"{year}-W{week:02}"


def omits_weekly_topics(period: str, weekday: int) -> bool:
    """Whether the issue of a period leaves out topics that its reader wants once a week, on `weekday`."""
    return bool(period) and "W" not in period and date.fromisoformat(period).isoweekday() != weekday


def moment(day: date, schedule: Schedule) -> datetime:
    """Return when the local time is the chosen hour on `day`, in UTC; the first time if clocks show that hour twice.

    If clocks skip the hour, it is an hour later, or an hour earlier if later would be the next day.
    """
    zone = ZoneInfo(schedule.zone)
    local = datetime.combine(day, time(schedule.hour), zone)
    at = local.astimezone(UTC)
    if at.astimezone(zone).date() != day:
        at = local.replace(fold=1).astimezone(UTC)
    return at


def jitter(member: int, period: str) -> timedelta:
    """Return the delay of an issue; always the same for the same issue."""
    digest = hashlib.blake2b(f"{member}|{period}".encode(), digest_size=4).digest()
    return timedelta(seconds=int.from_bytes(digest) % JITTER_SECONDS)


def _day_in_period(schedule: Schedule, day: date) -> date:
    """Return the day on which the issue of the period that contains `day` is due."""
    return day if schedule.frequency == "daily" else day + timedelta(days=schedule.weekday - day.isoweekday())


def _following(schedule: Schedule, day: date) -> date:
    return day + timedelta(days=1 if schedule.frequency == "daily" else 7)


def _start(schedule: Schedule, day: date) -> date:
    """Return the first day of the period that contains `day`."""
    return day if schedule.frequency == "daily" else day - timedelta(days=day.isoweekday() - 1)
