"""Quiet hours: when letters at once wait, by the clocks where the member lives."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Every zone is some quarters of an hour from UTC, and its clocks change at a quarter.
QUARTER = timedelta(minutes=15)


class QuietSpan(msgspec.Struct, frozen=True):
    """From one hour to another, each from 0 to 23 of the zone; past midnight where `ends` is not after `starts`."""

    starts: int
    ends: int
    zone: str

    def hold(self, moment: datetime) -> bool:
        """Whether a letter waits at this moment. No hour is quiet where both hours are the same."""
        hour = moment.astimezone(ZoneInfo(self.zone)).hour
        if self.starts <= self.ends:
            return self.starts <= hour < self.ends
        return hour >= self.starts or hour < self.ends


def next_moment_outside(quiet: QuietSpan, now: datetime) -> datetime:
    """The first moment from `now` on that is not quiet, in UTC where it is later than `now`.

    Looks at each quarter of an hour instead of computing the end, so that a clock change needs no rule of its own: an
    hour that the clocks skip is not waited for, and an hour that they show twice is quiet twice.
    """
    moment = now
    while quiet.hold(moment):
        moment = moment.astimezone(UTC)
        moment += QUARTER - (moment - EPOCH) % QUARTER
    return moment
