"""Quiet hours: when immediate mails are held, in the member's local time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Offsets of zones and changes of clocks are multiples of a quarter of an hour.
QUARTER = timedelta(minutes=15)


class QuietSpan(msgspec.Struct, frozen=True):
    """A range of local hours, each from 0 to 23; past midnight if `ends` is less than `starts`."""

    starts: int
    ends: int
    zone: str

    def includes(self, moment: datetime) -> bool:
        """Whether it is quiet at this moment. If both hours are the same, no hour is."""
        hour = moment.astimezone(ZoneInfo(self.zone)).hour
        if self.starts <= self.ends:
            return self.starts <= hour < self.ends
        return hour >= self.starts or hour < self.ends


def next_moment_outside(quiet: QuietSpan, now: datetime) -> datetime:
    """Return `now` if it is not quiet, else the first moment after it that is not, in UTC.

    Checks each quarter of an hour instead of computing the end, so that changes of clocks need no rule: an hour that
    is skipped is not waited for, and an hour that occurs twice is quiet twice.
    """
    moment = now
    while quiet.includes(moment):
        moment = moment.astimezone(UTC)
        moment += QUARTER - (moment - EPOCH) % QUARTER
    return moment
