"""Which verdicts readers see."""

from datetime import date, timedelta

import pytest

from parley.perspectives.analysis import Verdict
from parley.perspectives.verdicts import VerdictHistory, next_verdict, representative

MONDAY = date(2027, 3, 1)
TUESDAY = MONDAY + timedelta(days=1)
COMMON = pytest.mark.parametrize("verdict", ["common-ground", "rejected"])


@COMMON
def test_common_ground_is_shown_on_the_second_day_with_new_asked_answers(verdict: Verdict) -> None:
    first = next_verdict(VerdictHistory(), verdict, 20, MONDAY)
    assert first.shown == "unknown"
    assert next_verdict(first, verdict, 30, MONDAY).shown == "unknown"
    assert next_verdict(first, verdict, 20, TUESDAY).shown == "unknown"
    assert next_verdict(first, verdict, 21, TUESDAY).shown == verdict


@COMMON
def test_common_ground_that_was_lost_in_between_starts_again(verdict: Verdict) -> None:
    first = next_verdict(VerdictHistory(), verdict, 20, MONDAY)
    lost = next_verdict(first, "unknown", 25, MONDAY)
    assert next_verdict(lost, verdict, 30, TUESDAY).shown == "unknown"


def test_what_was_dividing_is_not_known_while_its_common_ground_waits() -> None:
    assert next_verdict(VerdictHistory(shown="dividing"), "common-ground", 20, MONDAY).shown == "unknown"


@pytest.mark.parametrize("found", ["dividing", "unknown"])
def test_other_verdicts_are_shown_at_once(found: Verdict) -> None:
    assert next_verdict(VerdictHistory(shown="common-ground"), found, 20, MONDAY) == VerdictHistory(shown=found)


def test_shown_common_ground_stays_without_new_answers() -> None:
    shown = VerdictHistory(shown="common-ground")
    assert next_verdict(shown, "common-ground", 20, TUESDAY) == shown


def test_three_statements_stand_for_a_group_one_an_author() -> None:
    assert representative("abcdef", {"a": 1, "b": 1, "c": 2, "d": 2, "e": 3, "f": 4}) == ["a", "c", "e"]
