"""Which verdicts readers see."""

import random
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from parley.discussion.comments.published_answers import STEP
from parley.discussion.opinion_map.shown_verdicts import VerdictHistory, next_verdict, representative
from parley.discussion.opinion_model.analysis import Verdict
from parley.discussion.opinion_model.verdicts import share_quantile

MONDAY = date(2027, 3, 1)
TUESDAY = MONDAY + timedelta(days=1)
COMMON = pytest.mark.parametrize("verdict", ["common-ground", "rejected"])


def after_a_step(history: VerdictHistory, found: Verdict, asked: int, today: date) -> VerdictHistory:
    return next_verdict(history, found, history.looked_at + STEP, asked, today)


@COMMON
def test_common_ground_is_shown_on_the_second_day_with_new_asked_answers(verdict: Verdict) -> None:
    first = after_a_step(VerdictHistory(), verdict, 20, MONDAY)
    assert first.shown == "unknown"
    assert after_a_step(first, verdict, 30, MONDAY).shown == "unknown"
    assert after_a_step(first, verdict, 20, TUESDAY).shown == "unknown"
    assert after_a_step(first, verdict, 21, TUESDAY).shown == verdict


@COMMON
@pytest.mark.parametrize("answers", [1, STEP])
def test_common_ground_that_was_lost_in_between_starts_again(verdict: Verdict, answers: int) -> None:
    first = after_a_step(VerdictHistory(), verdict, 20, MONDAY)
    others: tuple[Verdict, ...] = ("unknown", "dividing")
    for other in others:
        lost = next_verdict(first, other, first.looked_at + answers, 25, MONDAY)
        assert after_a_step(lost, verdict, 30, TUESDAY).shown != verdict


def test_a_dividing_verdict_ends_while_common_ground_waits() -> None:
    assert after_a_step(VerdictHistory(shown="dividing"), "common-ground", 20, MONDAY).shown == "unknown"


@pytest.mark.parametrize("found", ["dividing", "unknown"])
def test_other_verdicts_are_shown_after_a_step_of_answers(found: Verdict) -> None:
    shown = VerdictHistory(shown="common-ground", looked_at=40)
    for answers in (36, 44):
        assert next_verdict(shown, found, answers, 20, MONDAY) == shown
    for answers in (35, 45):
        assert next_verdict(shown, found, answers, 20, MONDAY) == VerdictHistory(shown=found, looked_at=answers)


@COMMON
def test_common_ground_that_waited_for_its_second_day_waits_for_a_step_too(verdict: Verdict) -> None:
    first = after_a_step(VerdictHistory(), verdict, 20, MONDAY)
    assert next_verdict(first, verdict, first.looked_at + 4, 24, TUESDAY) == first
    assert next_verdict(first, verdict, first.looked_at + 5, 24, TUESDAY).shown == verdict


def test_shown_common_ground_stays_without_new_answers() -> None:
    shown = VerdictHistory(shown="common-ground", looked_at=40)
    assert next_verdict(shown, "common-ground", 40, 20, TUESDAY) == shown


def test_a_watcher_learns_hardly_more_from_a_verdict_than_from_what_most_answered() -> None:
    """They see each member of a group of a known opinion come, and the verdict after each answer."""
    gained = answers = 0
    for seed in range(200):
        given = answers_of(random.Random(seed))
        gained += gain(given)
        answers += len(given)
    print(f"gained {gained / answers:.3f}")  # noqa: T201 shown by -rP
    assert gained <= 0.01 * answers


LIKELY = {"A": 0.7, "B": 0.3}


def answers_of(dice: random.Random) -> list[tuple[str, bool]]:
    groups = [dice.choice("AB") for _ in range(60)]
    return [(group, dice.random() < LIKELY[group]) for group in groups]


def gain(given: list[tuple[str, bool]]) -> int:
    """Return how many more answers the watcher guesses than whoever knows only what most of each group answered.

    While a verdict comes, those before it answered as most of their group; when it goes, they did not.
    """
    gained, history, waiting = 0, VerdictHistory(), list[tuple[str, bool]]()
    for number, one in enumerate(given, 1):
        waiting.append(one)
        looked_at, before = history.looked_at, history.shown
        history = next_verdict(history, divided(given[:number]), number, number, MONDAY)
        if history.shown != before:
            as_most = history.shown == "dividing"
            gained += sum(
                (answer == ((group == "A") == as_most)) - (answer == (group == "A")) for group, answer in waiting
            )
        if history.looked_at != looked_at or history.shown != before:
            waiting = []
    return gained


@cache
def bound(count: int, answers: int) -> float:
    found: float = share_quantile(0.1, np.array([[count]]), np.array([[answers]]))[0, 0]
    return found


def divided(given: list[tuple[str, bool]]) -> Verdict:
    """Whether A agrees and B disagrees, by their lower bounds."""
    a, b = ([answer for group, answer in given if group == name] for name in "AB")
    enough = min(len(a), len(b)) >= STEP
    return (
        "dividing" if enough and bound(sum(a), len(a)) >= 0.5 and bound(len(b) - sum(b), len(b)) >= 0.4 else "unknown"
    )


def test_a_group_is_represented_by_three_statements_of_different_authors() -> None:
    assert representative("abcdef", {"a": 1, "b": 1, "c": 2, "d": 2, "e": 3, "f": 4}) == ["a", "c", "e"]
