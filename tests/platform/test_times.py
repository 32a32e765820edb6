from datetime import UTC, datetime, timedelta

import pytest

from parley.platform.text.durations import ago, since
from parley.platform.text.formats import day, number, percent
from parley.platform.text.languages import known, speaking

PAST = [
    (timedelta(seconds=20), "now", "just now"),
    (timedelta(minutes=1), "1 min", "1 minute ago"),
    (timedelta(hours=5), "5 h", "5 hours ago"),
    (timedelta(days=2), "2 d", "2 days ago"),
]


@pytest.mark.parametrize(("back", "short", "sentence"), PAST)
def test_times_are_told_in_few_words_and_in_a_sentence(back: timedelta, short: str, sentence: str) -> None:
    moment = datetime.now(UTC) - back

    assert (ago(moment), since(moment)) == (short, sentence)


def test_after_a_month_the_day_is_told() -> None:
    moment = datetime.now(UTC) - timedelta(days=40)

    assert (ago(moment), since(moment)) == (day(moment), f"on {day(moment)}")


WRITTEN = {
    "en": ("1,234", "12,345", "50%", "9 March 2026"),
    "de": ("1.234", "12.345", "50\N{NO-BREAK SPACE}%", "9. März 2026"),
    "es": ("1234", "12.345", "50\N{NO-BREAK SPACE}%", "9 de marzo de 2026"),
    "ar": ("1,234", "12,345", "50\u200e%\u200e", "9 مارس 2026"),
}


@pytest.mark.parametrize("code", WRITTEN)
def test_each_language_writes_numbers_and_days_its_own_way(code: str) -> None:
    with speaking(known()[code]):
        written = number(1_234), number(12_345), percent(1, 2), day(datetime(2026, 3, 9, tzinfo=UTC))

    assert written == WRITTEN[code]


def test_arabic_has_six_plural_forms() -> None:
    arabic = known()["ar"]

    forms = [arabic.plurals[arabic.form(count)] for count in (0, 1, 2, 3, 110, 11, 99, 100, 102)]
    assert forms == ["zero", "one", "two", "few", "few", "many", "many", "other", "other"]
