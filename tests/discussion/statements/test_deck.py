"""The deck is chosen as docs and design say, whatever the statements are."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from parley.discussion.statements.deck import StatementCandidate, choose
from parley.discussion.statements.rules import AUTHORS, MOST_OF_AUTHOR, MOST_OPEN, PASSAGES

STANCES = (None, "supports", "challenges", "adds", "asks")


def candidate(comment: int, author: int | None = None, bound: float = 0.5, **fields: object) -> StatementCandidate:
    known = {"stance": None, "passage": None, "text": "It is so.", "wording": 1, "answers": 0} | fields
    return StatementCandidate(comment=comment, author=author or comment, bound=bound, **known)


def candidates(authors: int, most: int = 80) -> st.SearchStrategy[list[StatementCandidate]]:
    one = st.builds(
        candidate,
        st.integers(1, 200),
        st.integers(1, authors),
        st.sampled_from((0.1, 0.3, 0.5, 0.9)),
        stance=st.sampled_from(STANCES),
        passage=st.none() | st.integers(1, 9),
        kept=st.none() | st.integers(1, 200),
    )
    return st.lists(one, max_size=most, unique_by=lambda each: each.comment)


@given(candidates(40) | candidates(4), st.randoms(use_true_random=False))
def test_the_order_of_reading_makes_no_difference(found: list[StatementCandidate], random: object) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert choose(shuffled) == choose(found)


@given(candidates(40) | candidates(4))
def test_the_deck_is_short_ordered_and_without_duplicates(found: list[StatementCandidate]) -> None:
    deck = choose(found)

    assert len(deck) <= MOST_OPEN
    assert deck == sorted(deck, key=lambda one: (-one.bound, one.comment))
    assert len({one.comment for one in deck}) == len(deck)
    known = {one.comment for one in found}
    assert not any(one.kept in known for one in deck)


@given(candidates(40) | candidates(4))
def test_no_author_has_more_than_a_fair_share(found: list[StatementCandidate]) -> None:
    authors = Counter(one.author for one in choose(found))

    assert not authors or max(authors.values()) <= (MOST_OF_AUTHOR if len(authors) >= AUTHORS else 1)


@given(candidates(40) | candidates(4))
def test_nobody_is_left_out_while_there_is_room(found: list[StatementCandidate]) -> None:
    deck = choose(found)
    known = {one.comment for one in found}
    left = {one.author for one in found if one.kept not in known} - {one.author for one in deck}

    assert len(deck) == MOST_OPEN or not left


@given(candidates(60))
def test_every_stance_and_five_passages_are_represented(found: list[StatementCandidate]) -> None:
    each_by_another = [candidate(one.comment, None, one.bound, stance=one.stance, passage=one.passage) for one in found]

    deck = choose(each_by_another)

    assert {one.stance for one in deck} - {None} == {one.stance for one in found} - {None}
    passages = {one.passage for one in found} - {None}
    assert len({one.passage for one in deck} - {None}) >= min(PASSAGES, len(passages))


def test_the_best_thirty_of_many_are_asked() -> None:
    found = [candidate(number, bound=number / 100) for number in range(1, 61)]

    assert [one.comment for one in choose(found)] == list(range(60, 30, -1))


def test_a_weak_statement_of_a_rare_stance_is_asked() -> None:
    found = [candidate(number, bound=0.9, stance="supports") for number in range(1, 61)]

    deck = choose([*found, candidate(99, bound=0.1, stance="challenges")])

    assert deck[-1].comment == 99
    assert len(deck) == MOST_OPEN


def test_an_author_of_two_stances_is_asked_for_the_rare_one() -> None:
    found = [
        candidate(1, author=7, bound=0.9, stance="supports"),
        candidate(2, author=8, bound=0.5, stance="supports"),
        candidate(3, author=7, bound=0.1, stance="challenges"),
    ]

    assert [one.comment for one in choose(found)] == [2, 3]


def test_an_eager_author_has_one_statement_until_there_are_ten_authors() -> None:
    eager = [candidate(number, author=1, bound=0.9) for number in range(1, 21)]
    others = [candidate(100 + number) for number in range(1, 10)]

    assert [one.author for one in choose(eager + others[:-1])].count(1) == 1
    assert [one.author for one in choose(eager + others)].count(1) == MOST_OF_AUTHOR


def test_a_merged_statement_is_asked_again_when_the_other_one_is_gone() -> None:
    assert [one.comment for one in choose([candidate(1, kept=2), candidate(2)])] == [2]
    assert [one.comment for one in choose([candidate(1, kept=2)])] == [1]
