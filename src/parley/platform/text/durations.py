"""How long ago, and for how long, in words."""

from datetime import UTC, date, datetime
from functools import lru_cache

from parley.platform.text.messages import N_, Message, join, plural

MINUTE, HOUR, DAY, MONTH = 60, 3_600, 86_400, 30 * 86_400
MINUTES_AGO, HOURS_AGO, DAYS_AGO = N_("{count} min"), N_("{count} h"), N_("{count} d")


def ago(moment: datetime) -> Message:
    """How long ago in short: "now", "5 min", "2 h", "3 d", or the date."""
    seconds = _seconds_since(moment)
    if seconds < MINUTE:
        return N_("now")
    if seconds < HOUR:
        return _fill(MINUTES_AGO, seconds // MINUTE)
    if seconds < DAY:
        return _fill(HOURS_AGO, seconds // HOUR)
    if seconds < MONTH:
        return _fill(DAYS_AGO, seconds // DAY)
    return _on(moment.date())


def since(moment: datetime) -> Message:
    """How long ago for a sentence: "just now", "2 days ago", "on 16 March 2026"."""
    seconds = _seconds_since(moment)
    if seconds < MINUTE:
        return N_("just now")
    if seconds < HOUR:
        return plural("{count} minute ago", "{count} minutes ago", seconds // MINUTE)
    if seconds < DAY:
        return plural("{count} hour ago", "{count} hours ago", seconds // HOUR)
    if seconds < MONTH:
        return plural("{count} day ago", "{count} days ago", seconds // DAY)
    return N_("on {day}").format(day=moment)


def every(seconds: int) -> Message:
    """An interval for use after "every": "minute", "2 minutes"."""
    return plural("minute", "{count} minutes", max(1, -(-seconds // MINUTE)))


def in_words(seconds: float) -> Message:
    """A duration, rounded: "40 seconds", "3 minutes"."""
    if seconds < 100:  # noqa: PLR2004 as people say it
        return plural("{count} second", "{count} seconds", max(1, round(seconds)))
    return plural("{count} minute", "{count} minutes", round(seconds / MINUTE))


def lasting(seconds: float) -> Message:
    """A wait in one unit, rounded up: "a second", "40 seconds", "3 minutes", "an hour"."""
    if seconds < MINUTE:
        return plural("a second", "{count} seconds", max(1, round(seconds)))
    if seconds < HOUR:
        return plural("a minute", "{count} minutes", -(-round(seconds) // MINUTE))
    return plural("an hour", "{count} hours", -(-round(seconds) // HOUR))


def in_two_units(seconds: float) -> Message:
    """A duration in its two largest units: "40 s", "12 min 5 s", "3 h 20 min", "2 days 4 h"."""
    minutes, secs = divmod(round(seconds), MINUTE)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    amounts = [
        (days, plural("{count} day", "{count} days", days)),
        (hours, N_("{count} h").format(count=hours)),
        (minutes, N_("{count} min").format(count=minutes)),
        (secs, N_("{count} s").format(count=secs)),
    ]
    largest = next((index for index, (amount, _) in enumerate(amounts) if amount), 3)
    return join(" ", [text for amount, text in amounts[largest : largest + 2] if amount]) or amounts[-1][1]


# A page shows hundreds of ages, most of them the same.
@lru_cache
def _fill(message: Message, count: int) -> Message:
    return message.format(count=count)


@lru_cache(1_000)
def _on(moment: date) -> Message:
    return Message("{day}", values={"day": moment})


def _seconds_since(moment: datetime) -> int:
    return int((datetime.now(UTC) - moment).total_seconds())
