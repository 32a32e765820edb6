"""How numbers, days and times of day are written."""

from datetime import UTC, date, datetime


def number(amount: int) -> str:
    return f"{amount:,}"


def percent(part: int, whole: int) -> str:
    """A share in whole percent; a dash where `whole` is 0."""
    return f"{round(100 * part / whole)}%" if whole else "—"


def day(moment: date) -> str:
    return f"{moment.day} {moment:%B %Y}"


def day_of_year(moment: datetime) -> str:
    """A day without its year."""
    return f"{moment.day} {moment:%B}"


def weekday(moment: datetime) -> str:
    return f"{moment:%A}"


def clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%H:%M} UTC"


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
