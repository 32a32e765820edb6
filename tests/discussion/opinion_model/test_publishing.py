"""What is published of answers: steps, rounding, and what a watcher learns."""

import random
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from parley.discussion.comments.published_answers import LEAST, MOST, STEP, PublishedTally, Tally, publish, shares
from parley.discussion.opinion_map.published import (
    PublicationState,
    PublishedPositions,
    publish_map,
    publish_positions,
)
from parley.discussion.opinion_model.analysis import (
    Analysis,
    Gate,
    MemberPosition,
    Parameters,
    Shares,
    StatementResult,
    Votes,
)

ANSWERS = st.lists(st.sampled_from(("agrees", "disagrees", "unsure")), max_size=60)


def added(tally: Tally, answer: str) -> Tally:
    counts = {name: getattr(tally, name) + (name == answer) for name in Tally.__struct_fields__}
    return Tally(**counts)


def test_nothing_is_published_below_five_answers() -> None:
    published, tally = PublishedTally(), Tally()
    for answer in ("agrees", "disagrees", "agrees", "unsure"):
        tally = added(tally, answer)
        published = publish(published, tally)
        assert shares(published.tally) is None
    published = publish(published, added(tally, "agrees"))
    assert shares(published.tally) == shares(Tally(3, 1, 1))


def test_a_step_of_equal_answers_waits_for_a_whole_further_step() -> None:
    published = publish(PublishedTally(), Tally(agrees=5))
    assert published == PublishedTally(Tally(), total_compared=5)
    # The first different answer does not end the wait: it would tell whose it was.
    assert publish(published, Tally(agrees=5, disagrees=1)).tally == Tally()
    assert publish(published, Tally(agrees=9, disagrees=1)).tally == Tally(9, 1)


def test_withdrawn_answers_are_published_in_steps_too() -> None:
    published = PublishedTally(Tally(6, 4), total_compared=10)
    assert publish(published, Tally(5, 1)) == published
    assert publish(published, Tally(4, 1)).tally == Tally(4, 1)
    # All who left had answered the same.
    assert publish(published, Tally(1, 4)) == PublishedTally(Tally(6, 4), total_compared=5)


@given(ANSWERS)
def test_what_is_published_changes_only_after_a_step_of_more_than_one_kind(answers: list[str]) -> None:
    published, tally, since = PublishedTally(), Tally(), list[str]()
    for answer in answers:
        tally = added(tally, answer)
        since.append(answer)
        after = publish(published, tally)
        if after.tally != published.tally:
            assert len(since) >= max(STEP, published.tally.total)
            assert len(set(since)) > 1
            since = []
        published = after


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_shares_are_rounded_and_never_say_all_or_nobody(agrees: int, disagrees: int, unsure: int) -> None:
    found = shares(Tally(agrees, disagrees, unsure))
    if agrees + disagrees + unsure < STEP:
        assert found is None
        return
    assert found is not None
    assert {found.agree % 5, found.disagree % 5, found.answers % STEP} == {0}
    assert LEAST <= found.agree <= MOST
    assert found.agree + found.disagree + found.unsure == 100


EVEN = [0.5, 0.55, 0.6, 0.7, 0.8, 0.9]


def test_a_watcher_learns_a_lone_voters_answer_hardly_better_than_from_the_total() -> None:
    """The watcher sees every change of what is published and when each member answers, and guesses each answer."""
    gains = [_gain(agreeable, random.Random(5)) for agreeable in EVEN]
    # Where answers are split evenly, the first steps tell most.
    assert max(gains) <= 0.06
    assert sum(gains) / len(gains) <= 0.03


def _gain(agreeable: float, dice: random.Random) -> float:
    """Return by how much watching guesses better than the final total does, for the answers that were published."""
    guesses, gained = 0, 0
    for _ in range(300):
        answers = ["agrees" if dice.random() < agreeable else "disagrees" for _ in range(40)]
        majority = max(set(answers), key=answers.count)
        for answer, moved in zip(answers, _moves(answers), strict=False):
            guesses += 1
            gained += (answer == _guess(moved, majority)) - (answer == majority)
    assert guesses > 5_000
    return gained / guesses


def _moves(answers: list[str]) -> list[float]:
    """Return for each published answer whether its step moved the published counts towards agreement."""
    published, tally, waiting, moves = PublishedTally(), Tally(), 0, list[float]()
    for answer in answers:
        tally, waiting = added(tally, answer), waiting + 1
        after = publish(published, tally)
        if after.tally != published.tally:
            moves += [_balance(after.tally) - _balance(published.tally)] * waiting
            waiting = 0
        published = after
    return moves


def _balance(tally: Tally) -> float:
    """Return how many more agree than disagree, as far as the published shares tell."""
    found = shares(tally)
    return (found.agree - found.disagree) * found.answers / 100 if found else 0


def _guess(moved: float, majority: str) -> str:
    return majority if moved == 0 else "agrees" if moved > 0 else "disagrees"


CENTRES = {"A": (-1.0,), "B": (1.0,)}


def standing(a: int, b: int, between: int = 0) -> list[MemberPosition]:
    sides = [("A", -1.0)] * a + [("B", 1.0)] * b + [(None, 0.0)] * between
    return [MemberPosition(str(number), (x,), (0.3,), group, 0.9) for number, (group, x) in enumerate(sides)]


def test_sizes_of_groups_and_the_picture_wait_until_the_members_have_doubled() -> None:
    first = publish_positions(PublishedPositions(), standing(30, 20, 10), 1, CENTRES)
    assert (first.groups, first.between) == ({"A": 50, "B": 35}, 15)
    assert publish_positions(first, standing(30, 79, 10), 1, CENTRES) == first
    second = publish_positions(first, standing(30, 80, 10), 1, CENTRES)
    assert (second.groups, second.between) == ({"A": 25, "B": 65}, 10)
    assert second.picture != first.picture
    assert publish_positions(second, standing(30, 20, 10), 1, CENTRES).groups == first.groups


def test_other_groups_or_axes_have_sizes_of_their_own() -> None:
    first = publish_positions(PublishedPositions(), standing(30, 30), 1, CENTRES)
    assert publish_positions(first, standing(31, 30), 1, {}).groups == {}
    plane = [MemberPosition("1", (-1.0, 0.0), (0.3, 0.3), "A", 0.9)]
    after = publish_positions(first, plane, 2, {"A": (-1.0, 0.0), "B": (1.0, 0.0)})
    assert after.picture is not None and after.picture.axes == 2


def test_without_groups_a_map_says_what_everybody_agrees_on_from_the_second_day() -> None:
    parameters = Parameters({}, 1.0, 1.0, {})

    def on_day(answers: int, asked: int) -> Analysis:
        everybody = Shares(answers, 0.9, 0.1, 0.0)
        result = StatementResult("7", "unknown", {}, everybody, asked, "common-ground")
        return Analysis("open", None, Gate(40, 10, 400), 1, (), (result,), {}, parameters)

    today = date(2026, 12, 1)
    votes = Votes([], [], [])
    first, state = publish_map(on_day(40, 20), votes, {}, PublicationState(), today)
    second, _ = publish_map(on_day(45, 25), votes, {}, state, today + timedelta(days=1))

    assert (first.of_everybody, second.of_everybody) == ({}, {"common-ground": (7,)})
    assert (first.not_known, second.not_known) == (1, 0)
