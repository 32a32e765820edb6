"""Comments stay on their words when an article is edited as in newsrooms."""

from collections import Counter
from copy import copy
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from parley.articles.anchoring import DocumentBlock, Resolution, Selector, resolve, select
from tests.articles.anchoring.essays import contained
from tests.articles.anchoring.newsroom import Block, Newsroom, Sentence, newsroom

LIKE = 0.6  # a sentence that is less similar than this to what it was may count as gone
Verdicts = Counter[tuple[str, str]]  # of (outcome, verdict)


def anchor(room: Newsroom, sentence: Sentence, quote: str, within: int = 0) -> Selector:
    """An anchor on words of a sentence, which begin at its character `within`."""
    text = room.first[sentence.home].text
    found = select(
        room.first[max(sentence.home - 1, 0) : sentence.home + 2],
        sentence.home,
        quote,
        text[: text.find(sentence.text) + within],
    )
    assert found, quote
    return found


def judge(room: Newsroom, sentence: Sentence, quote: str, found: Resolution, new: list[DocumentBlock]) -> str:
    """Whether an anchor was found where its sentence is now, with that sentence's words, and no others."""
    place = room.place(sentence)
    if not found.is_found:
        return "right" if outcome(room, sentence, quote) == "gone" else "lost"
    here = next((at for at, one in enumerate(new) if one.lineage == found.lineage), None)
    if place is None or here != place:
        return "wrong"
    if found.last != found.lineage:
        return "smeared"
    return "right" if contained(found.quote, sentence.text) >= 0.5 else "wrong"


def outcome(room: Newsroom, sentence: Sentence, quote: str) -> str:
    if room.place(sentence) is None:
        return "gone"
    if quote in sentence.text:
        return "unchanged"
    return "edited" if Indel.normalized_similarity(quote.lower(), sentence.text.lower()) >= LIKE else "gone"


def share(verdicts: Verdicts, verdict: str, outcome: str | None = None) -> float:
    """Percent."""
    some = {key: n for key, n in verdicts.items() if outcome in {None, key[0]}}
    return 100 * sum(n for key, n in some.items() if key[1] == verdict) / sum(some.values())


def edit_a_lot(room: Newsroom, some: list[Sentence]) -> None:
    """Change sentences that are quoted, and add paragraphs beside them."""
    for _ in range(room.random.randint(2, 8)):
        sentence = room.random.choice(some)
        place = room.place(sentence)
        if place is None or room.random.random() < 0.3:
            room.edit(room.random.choice(Newsroom.EDITS))
            continue
        room.edit(room.random.choice(Newsroom.EDITS), place, sentence)
        if room.random.random() < 0.4:
            room.edit("add", min(place, len(room.blocks) - 1))


def phrase(room: Newsroom, sentence: Sentence) -> tuple[str, int]:
    """Three to eight words of a sentence, and the character at which they begin."""
    words = sentence.text.split(" ")
    start = room.random.randrange(max(len(words) - 2, 1))
    before = " ".join([*words[:start], ""])
    return " ".join(words[start : start + room.random.randint(3, 8)]), len(before)


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """What came of each anchor, on a sentence or a phrase of it, after up to three revisions of several edits each."""
    counts = Verdicts()
    for seed in range(150):
        room = newsroom(Random(seed))
        quotable = room.quotable()
        some = room.random.sample(quotable, min(20, len(quotable)))
        quotes = [(one.text, 0) if seed % 2 else phrase(room, one) for one in some]
        anchors = [anchor(room, one, *quote) for one, quote in zip(some, quotes, strict=True)]
        new = room.first
        for _ in range(room.random.randint(1, 3)):
            edit_a_lot(room, some)
            new = room.publish(new)
        for one, (quote, _), found in zip(some, quotes, resolve(anchors, room.first, new, room.merged), strict=True):
            counts[outcome(room, one, quote), judge(room, one, quote, found, new)] += 1
    return counts


def test_the_shares_after_random_edits_are_printed(verdicts: Verdicts, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("right", "wrong", "smeared", "lost")
    lines = ["\nrandom edits    anchors" + "".join(f"{name:>11}" for name in names)]
    for one in ("unchanged", "edited", "gone"):
        many = sum(n for key, n in verdicts.items() if key[0] == one)
        lines.append(f"{one:12}{many:>11}" + "".join(f"{share(verdicts, name, one):>9.2f} %" for name in names))
    with capsys.disabled():
        print("\n".join(lines))  # noqa: T201 the table is what it is for


def test_anchors_survive_random_edits(verdicts: Verdicts) -> None:
    assert share(verdicts, "right", "unchanged") >= 99.5
    assert share(verdicts, "right", "edited") >= 95
    assert share(verdicts, "wrong") <= 0.2
    assert share(verdicts, "smeared") == 0


@pytest.mark.parametrize("side", [0, 1], ids=["before", "after"])
@pytest.mark.parametrize("changed", ["first", "any", "last"])
def test_a_word_changed_in_a_sentence_and_a_paragraph_added_beside_it(side: int, changed: str) -> None:
    """It was the commonest edit that anchors did not survive: of 200, 188 took in the new paragraph or were lost."""
    counts = Verdicts()
    for seed in range(100):
        room = newsroom(Random(seed))
        sentence = room.random.choice(room.quotable())
        made = anchor(room, sentence, sentence.text)
        words = sentence.text.split()
        at = {"first": 0, "any": room.random.randrange(len(words)), "last": len(words) - 1}[changed]
        room.replace(sentence, at, 1, 1)
        room.blocks.insert(sentence.home + side, Block([Sentence(text, -1) for text in room.other()]))
        new = room.publish(room.first)
        [found] = resolve([made], room.first, new, room.merged)
        verdict = judge(room, sentence, made.quote, found, new)
        counts["edited", "exact" if found.quote == sentence.text else verdict] += 1
    assert share(counts, "exact") >= 99
    assert share(counts, "smeared") + share(counts, "wrong") == 0


@settings(deadline=None, max_examples=100)
@given(st.randoms(use_true_random=False), st.sampled_from(["add", "remove", "move"]))
def test_an_unrelated_paragraph_that_is_added_removed_or_moved_changes_no_other_anchor(
    random: Random, edit: str
) -> None:
    room = newsroom(random)
    quotable = room.quotable()
    some = random.sample(quotable, min(10, len(quotable)))
    anchors = [anchor(room, one, one.text) for one in some]
    for _ in range(random.randint(0, 4)):
        sentence = random.choice(some)
        place = room.place(sentence)
        if place is not None:
            room.edit(random.choice(("word", "words", "clause", "recase", "insert")), place, sentence)
    quoted = {id(one) for one in some}
    unrelated = [at for at, one in enumerate(room.blocks) if not quoted & {id(each) for each in one.sentences}]
    assume(unrelated)
    other = copy(room)
    other.blocks = [*room.blocks]
    other.edit(edit, random.choice(unrelated))

    assert places(other, anchors) == places(room, anchors)


def places(room: Newsroom, anchors: list[Selector]) -> list[tuple[bool, str, str]]:
    """For each anchor, whether it was found, its words, and the passage that it is on."""
    texts = {one.lineage: one.text for one in room.publish(room.first)}
    new = [DocumentBlock(lineage, texts[lineage]) for lineage in room.lineages]
    found = resolve(anchors, room.first, new, room.merged)
    return [(one.is_found, one.quote, texts.get(one.lineage, "")) for one in found]
