"""How numbers, days and times of day are written in the language of the reader."""

from datetime import UTC, date, datetime

from parley.platform.text.languages import spoken


def number(amount: int) -> str:
    return spoken().number(amount)


def percent(part: int, whole: int) -> str:
    """A share in whole percent; a dash where `whole` is 0."""
    return spoken().percent.format(round(100 * part / whole)) if whole else "—"


def day(moment: date) -> str:
    return spoken().full_day(moment)


def day_of_year(moment: datetime) -> str:
    """A day without its year."""
    return spoken().day_of_year(moment)


def weekday(moment: datetime) -> str:
    return spoken().weekday(moment)


def clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%H:%M} UTC"


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
