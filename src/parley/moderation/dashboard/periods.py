"""The period of figures, in days or weeks."""

from datetime import UTC, datetime, timedelta

import msgspec

from parley.platform.text.messages import N_, Message

# Periods to choose from, in days.
CHOICES = {7: N_("Week"), 30: N_("Month"), 84: N_("Twelve weeks"), 365: N_("Year")}
DEFAULT, FIRST_WEEKS = 84, 14
# Figures are by day up to this many days, else by week.
MOST_BY_DAY = 31


class Period(msgspec.Struct, frozen=True):
    """The starts of its days or weeks (`grain`), the last of which has not ended."""

    grain: str
    starts: list[datetime]

    @property
    def since(self) -> datetime:
        return self.starts[0]

    @property
    def labels(self) -> list[Message]:
        label = N_("{day}") if self.grain == "day" else N_("week of {day}")
        return [label.format(day=short(start)) for start in self.starts]


def period(days: int, now: datetime) -> Period:
    """The last `days`, beginning at midnight or on a Monday, UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if days <= MOST_BY_DAY:
        return Period("day", [today - timedelta(days=back) for back in range(days - 1, -1, -1)])
    monday = today - timedelta(days=today.weekday())
    return Period("week", [monday - timedelta(weeks=back) for back in range(-(-days // 7) - 1, -1, -1)])


def default(first: datetime | None, now: datetime) -> Period:
    """The period of the overview: twelve weeks, or two weeks by day where the first item is less than a month old."""
    is_new = first is None or now - first < timedelta(days=MOST_BY_DAY)
    return period(FIRST_WEEKS if is_new else DEFAULT, now)


def short(moment: datetime) -> str:
    return f"{moment.day} {moment:%b}"
