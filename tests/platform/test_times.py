from datetime import UTC, datetime, timedelta

import pytest

from parley.platform.text.durations import ago, since
from parley.platform.text.formats import day

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
