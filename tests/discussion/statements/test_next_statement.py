"""Odd questions ask what tells most, even ones ask at random, new statements more often."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.discussion.statements.next_statement import choose_next, weight
from tests.discussion.statements.test_deck import candidate

LEFT = [candidate(1, answers=0), candidate(2, answers=5), candidate(3, answers=100)]
TELLS = {1: 0.1, 2: 0.7, 3: 0.3}


def test_odd_questions_take_the_statement_that_tells_most() -> None:
    chosen = choose_next(1, LEFT, TELLS, (), b"seed")

    assert chosen is not None and (chosen.statement.comment, chosen.is_random) == (2, False)


@pytest.mark.parametrize(("number", "information"), [(2, TELLS), (1, {}), (3, {99: 1.0})])
def test_even_questions_are_random_and_all_are_without_a_map(number: int, information: dict[int, float]) -> None:
    chosen = choose_next(number, LEFT, information, (), b"seed")

    assert chosen is not None and chosen.is_random


def test_nothing_is_asked_when_everything_was_answered() -> None:
    assert choose_next(1, [], TELLS, (), b"seed") is None
    assert choose_next(2, [], {}, (), b"seed") is None


@given(st.binary(min_size=1, max_size=16))
def test_the_same_seed_asks_the_same(seed: bytes) -> None:
    assert choose_next(2, LEFT, {}, (), seed) == choose_next(2, LEFT, {}, (), seed)


@given(st.binary(min_size=1, max_size=16), st.integers(1, 3))
def test_what_is_answered_or_skipped_does_not_draw_anew(seed: bytes, gone: int) -> None:
    first = choose_next(2, LEFT, {}, (), seed)
    then = choose_next(2, [one for one in LEFT if one.comment != gone], {}, (), seed)

    assert first is not None and then is not None
    assert first.statement.comment == gone or then == first


def test_statements_are_drawn_in_proportion_to_their_weights() -> None:
    draws = Counter(
        chosen.statement.comment
        for seed in range(30_000)
        if (chosen := choose_next(2, LEFT, {}, {1, 2}, str(seed).encode()))
    )

    weights = {1: 9.0, 2: 5.0, 3: 2 * weight(100, undecided=False)}
    for comment, weighed in weights.items():
        assert draws[comment] / 30_000 == pytest.approx(weighed / sum(weights.values()), abs=0.01)


def test_the_weights_are_those_of_the_design() -> None:
    assert weight(0, undecided=False) == 9
    assert weight(5, undecided=False) == 5
    assert weight(10, undecided=True) == 6
