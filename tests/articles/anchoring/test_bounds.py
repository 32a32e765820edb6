"""Comparing revisions takes bounded time, whatever they contain, and does not block the event loop."""

import threading
from collections.abc import Callable
from itertools import count
from random import Random
from time import thread_time
from typing import Any

import pytest

from parley.articles import anchoring
from parley.articles.anchoring import DocumentBlock, RevisionText, Selector, resolve, select_near
from parley.articles.revisions import revising
from parley.articles.revisions.lineage import EarlierPassage, align
from parley.discussion.comments import anchors as anchors_of_comments
from parley.discussion.threads.ops import revise_thread
from tests import make

pytestmark = pytest.mark.anyio

# Ten times what they take; without bounds they take minutes.
SECONDS, ANCHORS_SECONDS = 15.0, 30.0
LOOP_SECONDS = 0.02
RANDOM = Random(0)
LETTERS = [" ".join(RANDOM.choices("abcdefgh", k=75)) for _ in range(4_000)]
HOSTILE = {
    "one passage of few words": (["a b " * 25_000], ["a b c " * 16_000]),
    "long passages of few words": (["a b " * 3_700] * 20, ["a b c " * 2_500] * 20),
    "passages as long as are compared everywhere": (["a b " * 250] * 200, ["a b c " * 166] * 200),
    "one long word": (["a" * 300_000], ["a" * 150_000 + "b" + "a" * 149_999]),
    "equal paragraphs": (["the same paragraph again"] * 2_000, ["the same paragraph changed"] * 2_000),
    "paragraphs turned round": (LETTERS[:2_000], LETTERS[:2_000][::-1]),
    "paragraphs of one alphabet": (LETTERS[:2_000], LETTERS[2_000:]),
}


def revised(old: list[str], new: list[str]) -> tuple[list[DocumentBlock], list[DocumentBlock], dict[int, int]]:
    """The passages before and after, with the lineages that the alignment gives them."""
    aligned = align([EarlierPassage(at, text) for at, text in enumerate(old)], new)
    fresh = count(len(old))
    lineages = [next(fresh) if one is None else one for one in aligned.lineages]
    after = [DocumentBlock(lineage, text) for lineage, text in zip(lineages, new, strict=True)]
    merged = {lineage: lineages[at] for lineage, at in aligned.merged.items()}
    return [DocumentBlock(at, text) for at, text in enumerate(old)], after, merged


def anchors(old: list[str], many: int) -> list[Selector]:
    random = Random(0)
    return [_anchor(at, old[at], random) for at in random.choices(range(len(old)), k=many)]


def _anchor(lineage: int, text: str, random: Random) -> Selector:
    start = random.randrange(len(text))
    end = start + random.randrange(3, 300)
    return Selector(lineage, text[start:end].strip(), text[max(start - 32, 0) : start], text[end : end + 32])


def cost(call: Callable[[], Any]) -> float:
    started = thread_time()
    call()
    return thread_time() - started


@pytest.mark.parametrize("name", HOSTILE)
def test_aligning_is_fast(name: str) -> None:
    old, new = HOSTILE[name]

    assert cost(lambda: revised(old, new)) < SECONDS


@pytest.mark.parametrize("name", HOSTILE)
def test_finding_anchors_is_fast(name: str) -> None:
    old, new = HOSTILE[name]
    before, after, merged = revised(old, new)
    made = anchors(old, 300)

    assert cost(lambda: resolve(made, before, after, merged)) < ANCHORS_SECONDS


def test_equal_anchors_are_searched_once() -> None:
    old, new = HOSTILE["long passages of few words"]
    before, after, merged = revised(old, new)
    made = anchors(old, 20) * 1_500

    assert cost(lambda: resolve(made, before, after, merged)) < ANCHORS_SECONDS


def test_thirty_thousand_different_anchors_take_no_longer_than_some_hundred() -> None:
    old, new = HOSTILE["long passages of few words"]
    before, after, merged = revised(old, new)
    made = anchors(old, 30_000)

    assert cost(lambda: resolve(made, before, after, merged)) < ANCHORS_SECONDS


def test_beyond_the_budget_only_words_of_unchanged_passages_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parley.articles.revisions.budget.ALL_ANCHORS", 0)
    before = [DocumentBlock(1, "What stays is found."), DocumentBlock(2, "What changes is kept, since nobody looks.")]
    after = [before[0], DocumentBlock(2, "What has changed is kept, since nobody looks.")]

    found, kept = resolve([Selector(1, "stays is"), Selector(2, "changes is kept")], before, after, {})

    assert (found.state, found.quote) == ("same", "stays is")
    assert kept.state == "kept"


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([*["The words of one paragraph, which are about so long."] * 10_000, "zebra " * 166], "zebra " * 166),
        (["a" * 499_000 + "b"], "a" * 99 + "b"),
        (["b" + "a" * 499_000], "b" + "a" * 999),
        (["a" * 499_000 + "b" + "a" * 900], "a" * 499 + "b" + "a" * 500),
        (["a b " * 125_000], "b" * 1_000),
    ],
)
def test_placing_two_hundred_comments_by_hand_is_fast(texts: list[str], words: str) -> None:
    """It took the event loop .7 s for each: 190 fields of one form of a member stopped a web process for 130 s."""
    document = RevisionText([DocumentBlock(at, text) for at, text in enumerate(texts)])

    assert cost(lambda: [select_near(document, 0, words) for _ in range(200)]) < SECONDS


async def test_words_in_a_long_passage_are_searched_off_the_event_loop(app: object) -> None:
    """A quote of a passage of 500,000 characters took the loop 70 ms."""
    thread = await make.thread(make.text("word " * 100_000, *make.WORDS))
    [passage, *_] = await make.lineages(thread)
    words = "word " * 2_000
    assert await anchors_of_comments.find(thread, passage, words, "")

    start = thread_time()
    assert await anchors_of_comments.find(thread, passage, words, "")

    assert thread_time() - start < LOOP_SECONDS


async def test_revisions_are_compared_off_the_event_loop(app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[int] = set()

    def noting(work: Callable[..., Any]) -> Callable[..., Any]:
        def note(*args: Any) -> Any:
            threads.add(threading.get_ident())
            return work(*args)

        return note

    monkeypatch.setattr(revising, "align", noting(revising.align))
    monkeypatch.setattr(anchoring, "resolve", noting(anchoring.resolve))
    thread = await make.thread(make.text(*make.WORDS))
    [passage, *_] = await make.lineages(thread)
    await make.comment(thread, await make.member("ana"), passage=passage)
    threads.clear()

    await revise_thread(thread, make.text("All of it is new.", *make.WORDS[1:]))

    assert threads
    assert threading.get_ident() not in threads
