"""The choice of an issue's items, for any reader and any candidates."""

from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from parley.letters.news.candidates import Candidate, DigestReader, score, sort_candidates
from parley.letters.news.selection import (
    EXCLUSIONS,
    MOST_ELSEWHERE,
    MOST_ITEMS,
    MOST_OF,
    SECTION_INDEX,
    SECTIONS,
    SIDES,
    is_own_topic,
    select,
)

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
TOPICS = ("research", "policy", "work")
OWN_KINDS = (*SECTIONS["you"], *SECTIONS["new"], "revised")

days = st.integers(0, 60).map(lambda days: NOW - timedelta(days=days))
threads = st.integers(1, 12)


def topic_of(thread: int) -> str:
    return TOPICS[thread % len(TOPICS)]


@st.composite
def candidates(draw: st.DrawFn, kinds: tuple[str, ...]) -> Candidate:
    """A candidate of one of `kinds`. A comment, and an article, is the same for every kind."""
    kind = draw(st.sampled_from(kinds))
    about_article = kind in {"opened", "picked", "revised"}
    number = draw(st.integers(1, 12 if about_article else 300))
    random, both = Random(number), Random(number // 2)
    thread = number if about_article else both.randint(1, 12)
    # An even number supports and the next challenges the same words, if these two disagree.
    disagrees = kind == "best" and both.random() < 0.4
    stance = SIDES[number % 2] if disagrees else random.choice([*SIDES, "adds", None])
    return Candidate(
        kind=kind,
        thread=thread,
        topic=topic_of(thread),
        at=NOW - timedelta(days=random.randint(0, 60)),
        score=random.choice([0.0, 0.2, 0.5, 0.9]),
        comment=None if about_article else number,
        revision=2 if kind == "revised" else None,
        author=None if about_article else str(100 + number % 25),
        stance=stance if kind == "best" else None,
        assisted=random.random() < 0.3,
        opposes=number ^ 1 if disagrees else None,
    )


readers = st.builds(
    DigestReader,
    id=st.integers(100, 130),
    topics=st.frozensets(st.sampled_from(TOPICS)),
    opened=st.dictionaries(threads, days, max_size=5),
    read_until=st.dictionaries(threads, days, max_size=5),
    read=st.frozensets(st.integers(1, 300), max_size=20),
    already_sent=st.frozensets(st.tuples(st.integers(1, 300), st.just(0), st.just(0)), max_size=60),
    hidden_authors=st.frozensets(st.integers(100, 125).map(str), max_size=6),
    muted_threads=st.frozensets(threads, max_size=3),
    followed_threads=st.frozensets(threads, max_size=3),
    muted_topics=st.frozensets(st.sampled_from(TOPICS), max_size=1),
    collapses_assisted=st.booleans(),
)
owns = st.lists(candidates(OWN_KINDS), max_size=25)
offers = st.lists(candidates(("best", "best", "best", "opened", "picked", "question")), max_size=60)


@given(reader=readers, own=owns, offered=offers)
def test_an_issue_holds_nothing_that_the_reader_knows_or_does_not_want(
    reader: DigestReader, own: list[Candidate], offered: list[Candidate]
) -> None:
    for one in select(reader, own, sort_candidates(offered)):
        assert one.key not in reader.already_sent
        known = reader.read_until if one.comment else reader.opened
        assert one.thread not in known or one.at > known[one.thread]
        assert one.comment not in reader.read
        assert one.author not in reader.hidden_authors
        assert one.author != str(reader.id)
        assert one.thread not in reader.muted_threads
        assert one.topic not in reader.muted_topics or one.thread in reader.followed_threads
        assert not (one.assisted and reader.collapses_assisted)


@given(reader=readers, own=owns, offered=offers)
def test_an_issue_is_short_and_nobody_speaks_twice_in_it_but_as_a_side(
    reader: DigestReader, own: list[Candidate], offered: list[Candidate]
) -> None:
    items = select(reader, own, sort_candidates(offered))
    sides = [one for one in items if any(one.opposes == other.comment for other in items)]
    authors = [one.author for one in items if one.author is not None and one not in sides]

    assert len(items) <= MOST_ITEMS
    assert len(set(authors)) == len(authors)
    assert len({one.key for one in items}) == len(items)
    for section, most in MOST_OF.items():
        assert sum(one.kind in SECTIONS[section] for one in items if one not in sides) <= most
    assert len({one.thread for one in items if one.kind == "elsewhere"}) <= MOST_ELSEWHERE
    assert [SECTION_INDEX[one.kind] for one in items] == sorted(SECTION_INDEX[one.kind] for one in items)


@given(reader=readers, own=owns, offered=offers, seed=st.integers())
def test_the_order_of_the_candidates_does_not_matter(
    reader: DigestReader, own: list[Candidate], offered: list[Candidate], seed: int
) -> None:
    random = Random(seed)
    other_own, other_offered = random.sample(own, len(own)), random.sample(offered, len(offered))

    assert select(reader, other_own, sort_candidates(other_offered)) == select(reader, own, sort_candidates(offered))


@given(reader=readers, own=owns, offered=offers)
def test_no_side_is_told_without_the_other_that_the_issue_may_tell(
    reader: DigestReader, own: list[Candidate], offered: list[Candidate]
) -> None:
    told = {one.comment for one in select(reader, own, sort_candidates(offered))}
    new = {one.comment: one for one in (*own, *offered) if not any(excludes(reader, one) for excludes in EXCLUSIONS)}
    for number in told & new.keys():
        other = new.get(new[number].opposes)
        assert other is None or other.opposes != number or other.comment in told


@given(reader=readers, own=owns, offered=offers)
def test_two_of_a_thread_stand_together_only_where_they_disagree_about_the_same_words(
    reader: DigestReader, own: list[Candidate], offered: list[Candidate]
) -> None:
    items = select(reader, own, sort_candidates(offered))
    best = [one for one in items if one.kind in (*SECTIONS["sides"], *SECTIONS["best"])]
    for one in best:
        others = [other.comment for other in best if other.thread == one.thread and other is not one]
        assert others in ([], [one.opposes])


@given(reader=readers, offered=offers, weeks=st.integers(2, 6))
def test_no_item_is_repeated_over_any_sequence_of_issues(
    reader: DigestReader, offered: list[Candidate], weeks: int
) -> None:
    sent: list[tuple[int, int, int]] = []
    for _ in range(weeks):
        knows = msgspec.structs.replace(reader, already_sent=reader.already_sent | frozenset(sent))
        sent += [one.key for one in select(knows, [], sort_candidates(offered))]

    assert len(set(sent)) == len(sent)


def test_a_pair_begins_with_the_supporter_and_answers_the_same_words() -> None:
    offered = [
        perspective(1, 11, "challenges", 0.9),
        perspective(1, 12, "challenges", 0.8, opposes=13),
        perspective(1, 13, "supports", 0.3, opposes=12),
        perspective(1, 14, "adds", 0.95),
    ]

    assert [one.comment for one in select(DigestReader(1), [], sort_candidates(offered))] == [13, 12]


def test_two_sides_are_told_although_both_authors_spoke_before() -> None:
    own = [Candidate("reply", 9, topic_of(9), NOW, 0.9, comment=90 + side, author=f"by {side}") for side in (1, 2)]
    offered = [perspective(1, 1, "supports", 0.4, opposes=2), perspective(1, 2, "challenges", 0.8, opposes=1)]

    assert [one.comment for one in select(DigestReader(1), own, sort_candidates(offered))] == [91, 92, 1, 2]


def test_of_two_sides_that_answer_other_words_only_the_best_is_quoted() -> None:
    offered = [perspective(1, 11, "supports", 0.4), perspective(1, 12, "challenges", 0.8)]

    assert [one.comment for one in select(DigestReader(1), [], sort_candidates(offered))] == [12]


def test_an_issue_has_one_thread_of_another_topic_and_says_so() -> None:
    offered = [perspective(thread, 10 + thread, None, 0.5) for thread in range(1, 7)]
    items = select(DigestReader(1, topics=frozenset({topic_of(1)})), [], sort_candidates(offered))

    assert [one.kind for one in items] == ["best", "best", "elsewhere"]
    assert all(is_own_topic(DigestReader(1, topics=frozenset({topic_of(1)})), one.topic) for one in items[:2])


def test_items_about_the_reader_leave_room_for_the_best_of_their_topics() -> None:
    own = [
        Candidate("reply", n, topic_of(n), NOW, 0.5, comment=n, author=f"a{n}", stance=None) for n in range(1, 9)
    ] + [Candidate("followed", n, topic_of(n), NOW, 0.5, comment=n, author=f"a{n}") for n in range(20, 29)]
    offered = [
        perspective(40, 41, "supports", 0.5, opposes=42),
        perspective(40, 42, "challenges", 0.4, opposes=41),
        question(50),
    ]
    kinds = [one.kind for one in select(DigestReader(1), own, sort_candidates(offered))]

    assert kinds == ["reply"] * 3 + ["followed"] * 3 + ["side"] * 2 + ["question"]
    assert [one.kind for one in select(DigestReader(1), own, sort_candidates([]))] == ["reply"] * 3 + ["followed"] * 6


def test_the_score_of_a_comment_halves_after_a_week() -> None:
    assert score(0.8, NOW - timedelta(days=7), NOW) == 0.4
    assert score(0.8, NOW + timedelta(minutes=1), NOW) == 0.8


def perspective(
    thread: int, comment: int, stance: str | None, value: float, *, opposes: int | None = None
) -> Candidate:
    author, topic = f"by {comment}", topic_of(thread)
    return Candidate("best", thread, topic, NOW, value, comment, author=author, stance=stance, opposes=opposes)


def question(comment: int) -> Candidate:
    return Candidate("question", 60, topic_of(60), NOW, 0.2, comment=comment, author="q", stance="asks")
