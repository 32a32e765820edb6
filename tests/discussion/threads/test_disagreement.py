"""The disagreement that a thread is shown by: two responses to the same words, of which readers accept only one."""

from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar

from parley.discussion.threads import disagreement
from parley.discussion.threads.disagreement import SidedResponse, Split, is_disputed, lower_bound, overlap, pairs_of
from parley.discussion.threads.jobs import refresh_thread_stats
from parley.discussion.threads.voices import Voice
from parley.platform import db
from tests import make
from tests.conftest import forget_caches

pytestmark = pytest.mark.anyio

PASSAGE = "Robots fold towels. People write down what others cannot know. Nobody is a fool."


async def response(thread: int, stance: str, statement: str | None = None, **more: object) -> int:
    """A response to the first passage, with one vote for it."""
    [lineage, *_] = await make.lineages(thread)
    author = await make.member()
    comment = await make.comment(
        thread, author, "I read it so.", stance=stance, passage=lineage, statement=statement, **more
    )
    await db.execute("update comment set base_ups = 3 where id = $1", comment)
    return comment


async def answers(one: int, other: int, count: int, values: tuple[int, int] = (1, -1)) -> None:
    """So many members answer both."""
    for _ in range(count):
        member = await make.member()
        await make.vote(member, one, "agreement", values[0])
        await make.vote(member, other, "agreement", values[1])


@pytest.fixture
async def thread() -> int:
    return await make.thread(make.text(PASSAGE))


async def head_of(client: httpx.AsyncClient, thread: int) -> str:
    await db.execute("update thread_stats set refreshed_at = '2000-01-01' where thread = $1", thread)
    await refresh_thread_stats()
    forget_caches()
    page = (await client.get(await make.address(thread))).text
    return page.partition('<section class="dispute"')[2].partition("</section>")[0]


async def test_two_statements_of_which_readers_accept_only_one_are_most_disputed(
    client: httpx.AsyncClient, thread: int
) -> None:
    support, challenge = (
        await response(thread, "supports", "Machines lack what nobody writes down."),
        await response(thread, "challenges", "Stories hold what they never state."),
    )
    await answers(support, challenge, 12)

    head = await head_of(client, thread)

    assert "Readers disagree most about" in head
    assert head.index("Machines lack what nobody writes down.") < head.index("Stories hold what they never state.")
    home = (await client.get("/")).text
    assert "Stories hold what they never state." in home


@pytest.mark.parametrize(("count", "values"), [(9, (1, -1)), (12, (1, 1)), (12, (0, -1))])
async def test_statements_that_few_answered_or_most_accept_are_not_disputed(
    client: httpx.AsyncClient, thread: int, count: int, values: tuple[int, int]
) -> None:
    support = await response(thread, "supports", "Machines lack what nobody writes down.")
    await answers(support, await response(thread, "challenges", "Stories hold it."), count, values)
    assert await head_of(client, thread) == ""


async def test_responses_to_other_passages_are_never_set_against_each_other(client: httpx.AsyncClient) -> None:
    thread = await make.thread(make.text(PASSAGE, "A second passage."))
    support = await response(thread, "supports", "Machines lack what nobody writes down.")
    challenge = await make.comment(thread, await make.member(), "No.", stance="challenges", statement="Not at all.")
    await answers(support, challenge, 12)
    assert await head_of(client, thread) == ""


async def test_two_views_are_shown_only_where_the_quotes_overlap(client: httpx.AsyncClient, thread: int) -> None:
    await response(thread, "supports", quote="People write down what others cannot know")
    apart = await response(thread, "challenges", quote="Robots fold towels")
    assert await head_of(client, thread) == ""

    await response(thread, "challenges", quote="what others cannot know")
    head = await head_of(client, thread)
    assert "Two views of" in head
    # In its sentence, which says who.
    assert ">People write down what others cannot know.</q>" in head
    assert f'"#c{apart}"' not in head


async def test_a_removed_voice_ends_the_disagreement_at_once(client: httpx.AsyncClient, thread: int) -> None:
    support = await response(thread, "supports", "Machines lack what nobody writes down.")
    challenge = await response(thread, "challenges", "Stories hold it.")
    await answers(support, challenge, 12)
    assert await head_of(client, thread)

    await db.execute("update comment set state = 'removed' where id = $1", challenge)

    assert "Machines lack" not in await head_of(client, thread)


QUOTES = (None, "Robots fold towels", "People write down what others cannot know", "what others cannot know")


@pytest.mark.parametrize("seed", range(6))
async def test_nobody_is_set_against_somebody_who_answers_other_words(app: Litestar, seed: int) -> None:
    random = Random(seed)
    thread = await make.thread(make.text(PASSAGE, "A second passage, which says something else."))
    lineages = await make.lineages(thread)
    said: dict[int, tuple[str, int | None, str | None]] = {}
    for number in range(8):
        stance, passage = random.choice(["supports", "challenges"]), random.choice([*lineages[:2], None])
        quote = random.choice(QUOTES) if passage == lineages[0] else None
        statement = f"It is statement {number}." if random.random() < 0.7 else None
        one = await make.comment(
            thread,
            await make.member(),
            "I read it so.",
            stance=stance,
            passage=passage,
            quote=quote,
            statement=statement,
        )
        said[one] = (stance, passage, quote)
        await db.execute("update comment set base_ups = $2 where id = $1", one, random.randint(0, 5))
    voters = [await make.member() for _ in range(11)]
    values = {
        one: [random.choice([1, 1, 1, -1]) * (1 if s == "supports" else -1) for _ in voters]
        for one, (s, *_) in said.items()
    }
    for one, answered in values.items():
        for voter, value in zip(voters, answered, strict=True):
            await make.vote(voter, one, "agreement", value)

    found = await disagreement.find(thread)

    if found.disagreement:
        one, other = found.disagreement
        (stance, passage, quote), (other_stance, other_passage, other_quote) = said[one], said[other]
        assert (stance, other_stance, passage) == ("supports", "challenges", other_passage)
        if found.is_disputed:
            split = sum(a == -b for a, b in zip(values[one], values[other], strict=True))
            assert lower_bound(split, len(voters)) >= 0.5
        else:
            assert quote and other_quote and (quote in other_quote or other_quote in quote)


async def of_api(client: httpx.AsyncClient, thread: int) -> Any:
    forget_caches()
    return (await client.get(f"/api/v1/threads/{thread}")).json()["disagreement"]


async def test_the_api_names_the_disagreement_of_a_thread(client: httpx.AsyncClient, thread: int) -> None:
    assert await of_api(client, thread) is None
    support = await response(thread, "supports", "Machines lack what nobody writes down.")
    challenge = await response(thread, "challenges", "Stories hold it.")
    await answers(support, challenge, 12)
    await head_of(client, thread)

    found = await of_api(client, thread)

    assert (found["is_disputed"], found["about"], found["quote"]) == (
        True,
        "passage",
        "Robots fold towels. People write down what others cannot know. Nobody is a fool.",
    )
    assert (found["supports"]["comment"], found["challenges"]["comment"]) == (support, challenge)
    assert found["supports"]["text"] == "Machines lack what nobody writes down."
    await db.execute("update comment set state = 'removed' where id = $1", challenge)
    assert await of_api(client, thread) is None


HIDDEN = {
    "the passage": "update article set removed_passages = array[$1]::bigint[]",
    "the whole text": "update article set restricted = 'none' where $1::bigint is not null",
}


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("quote", [None, "what others cannot know"])
async def test_words_that_readers_may_not_see_head_no_disagreement(
    client: httpx.AsyncClient, thread: int, hidden: str, quote: str | None
) -> None:
    support = await response(thread, "supports", "Machines lack what nobody writes down.", quote=quote)
    challenge = await response(thread, "challenges", "Stories hold it.", quote=quote)
    await answers(support, challenge, 12)
    words = quote or "Robots fold towels."
    assert words in await head_of(client, thread)

    await db.execute(HIDDEN[hidden], (await make.lineages(thread))[0])

    head, home = await head_of(client, thread), (await client.get("/")).text
    assert "Stories hold it." in head and "</b> one passage" in head
    assert "Stories hold it." in home
    assert words not in head + home
    found = await of_api(client, thread)
    assert (found["challenges"]["text"], found["quote"]) == ("Stories hold it.", "")


async def test_a_viewer_who_blocked_one_of_the_two_sees_neither(client: httpx.AsyncClient, thread: int) -> None:
    mira = await make.member()
    support = await response(thread, "supports", "Machines lack what nobody writes down.")
    challenge = await response(thread, "challenges", "Stories hold it.")
    await answers(support, challenge, 12)
    author = await db.value("select author from comment where id = $1", challenge)
    await make.sign_in(client, mira)
    assert await head_of(client, thread)

    await db.execute(
        "insert into block (member, other, kind, created_at) values ($1, $2, 'block', now())", mira.id, author
    )
    await make.sign_in(client, mira)

    assert await head_of(client, thread) == ""


async def test_two_responses_by_one_person_are_no_disagreement() -> None:
    both = [candidate(1, supports=True, author="5"), candidate(2, supports=False, author="5")]
    assert pairs_of(both) == []


TEXT = "It is so. The notes do not leave the building, but a file of them grows, and nobody has ever said for how long."


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("is so", "It is so."),
        ("notes do not leave the building", "The notes do not leave the building…"),
        ("The notes do not leave", "The notes do not leave"),
        ("for how long", "for how long"),
        ("words that are nowhere", "words that are nowhere"),
    ],
)
def test_a_quote_is_shown_from_the_beginning_of_its_sentence(quote: str, shown: str) -> None:
    place = TEXT.find(quote)
    around = TEXT[max(0, place - 90) :]
    values = dict.fromkeys(Voice.__struct_fields__, 1) | {"quote": quote, "around": around, "place": place}
    assert Voice(**values).sentence == shown


def candidate(number: int, *, supports: bool, author: str = "", part: str = "1") -> SidedResponse:
    return SidedResponse(number, supports, part, author or str(number), 0.5, True, True, 0, 5)  # noqa: FBT003


@given(st.integers(-1, 40), st.integers(-1, 40), st.integers(1, 12), st.integers(1, 12))
def test_quotes_overlap_if_some_letter_is_in_both(at: int, other_at: int, length: int, other_length: int) -> None:
    letters = set(range(at, at + length)) & set(range(other_at, other_at + other_length))
    is_placed = at >= 0 and other_at >= 0
    assert overlap((at, length), (other_at, other_length)) is (is_placed and bool(letters))


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_pair_is_disputed_only_where_at_least_half_of_ten_are_split(split: int, together: int) -> None:
    row = Split(1, 2, split + together, split)
    if is_disputed(row):
        assert row.answered >= disagreement.LEAST
        assert split >= together
        assert 0.5 <= lower_bound(split, row.answered) <= split / row.answered


@given(st.integers(0, 2**32))
def test_pairs_are_only_of_two_sides_of_one_part(seed: int) -> None:
    random = Random(seed)
    given_ones = [
        candidate(number, supports=random.random() < 0.5, part=random.choice("ab"), author=random.choice("xyz"))
        for number in range(8)
    ]
    for one, other in pairs_of(given_ones):
        assert (one.supports, other.supports, one.part) == (True, False, other.part)
        assert one.author != other.author
