"""Anchors survive whatever edits leave their quote."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import chain, count

from hypothesis import given, settings
from hypothesis import strategies as st

from parley.articles.anchoring import DocumentBlock, RevisionText, Selector, resolve, select, select_near
from parley.articles.revisions.lineage import EarlierPassage, align

STAYING = ("reword", "lengthen", "add", "drop", "split", "merge")
MOVING = (*STAYING, "move")


def sizes(fewest: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(fewest, 25), min_size=1, max_size=8)


def revisions(kinds: tuple[str, ...], most: int) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(st.sampled_from(kinds), min_size=1, max_size=most), min_size=1, max_size=4)


class Story:
    """An article in which no word comes twice, so that each quote is unique; and the words that no edit touches."""

    FEWEST = 4  # words of a passage: when less than that goes into another passage, nothing tells where it went

    def __init__(self, sizes: list[int], data: st.DataObject) -> None:
        self._data = data
        self._words = (sha256(str(number).encode()).hexdigest()[:7] for number in count())
        self.passages = [self.written(size) for size in sizes]
        self.kept: list[str] = []

    def draw(self, below: int) -> int:
        return self._data.draw(st.integers(0, below - 1))

    def written(self, words: int) -> list[str]:
        return [next(self._words) for _ in range(words)]

    @property
    def has_the_quote(self) -> bool:
        return " ".join(self.kept) in " ".join(chain.from_iterable(self.passages))

    def texts(self) -> list[str]:
        return [" ".join(words) for words in self.passages]

    def choose(self, shortest: int) -> tuple[int, str]:
        """Words that will be left alone, and their passage."""
        home = self.draw(len(self.passages))
        start = self.draw(len(self.passages[home]) - shortest + 1)
        self.kept = self.passages[home][start : start + shortest + self.draw(5)]
        return home, " ".join(self.kept)

    def reword(self) -> None:
        passage = self.passages[self.draw(len(self.passages))]
        at = self.draw(len(passage))
        if passage[at] not in self.kept:
            passage[at : at + 1] = self.written(1 + self.draw(3))

    def lengthen(self) -> None:
        passage = self.passages[self.draw(len(self.passages))]
        at = self.draw(len(passage))
        if passage[at] not in self.kept[1:]:
            passage[at:at] = self.written(self.draw(12))

    def add(self) -> None:
        self.passages.insert(self.draw(len(self.passages) + 1), self.written(self.FEWEST + self.draw(20)))

    def drop(self) -> None:
        at = self.draw(len(self.passages))
        if not set(self.kept) & set(self.passages[at]):
            del self.passages[at]

    def move(self) -> None:
        passage = self.passages.pop(self.draw(len(self.passages)))
        self.passages.insert(self.draw(len(self.passages) + 1), passage)

    def split(self) -> None:
        place = self.draw(len(self.passages))
        passage = self.passages[place]
        if len(passage) >= 2 * self.FEWEST:
            at = self.FEWEST + self.draw(len(passage) - 2 * self.FEWEST + 1)
            self.passages[place : place + 1] = [passage[:at], passage[at:]]

    def merge(self) -> None:
        at = self.draw(len(self.passages))
        self.passages[at : at + 2] = [[*chain.from_iterable(self.passages[at : at + 2])]]


def revised(
    former: list[DocumentBlock], texts: list[str], fresh: Iterator[int]
) -> tuple[list[DocumentBlock], dict[int, int]]:
    found = align([EarlierPassage(one.lineage, one.text) for one in former], texts)
    lineages = [next(fresh) if one is None else one for one in found.lineages]
    new = [DocumentBlock(*one) for one in zip(lineages, texts, strict=True)]
    return new, {lineage: lineages[at] for lineage, at in found.merged.items()}


def survives(story: Story, edits: list[list[str]], shortest: int) -> None:
    fresh = count(100)
    former = [DocumentBlock(at, text) for at, text in enumerate(story.texts())]
    anchor = select(former, *story.choose(shortest))
    assert anchor
    for some in edits:
        for edit in some:
            getattr(story, edit)()
        if not story.has_the_quote:  # its pieces were moved apart
            return
        new, merged = revised(former, story.texts(), fresh)
        [place] = resolve([anchor], former, new, merged)
        assert (place.state in {"same", "moved"}, place.quote) == (True, anchor.quote)
        assert story.kept[0] in next(one.text for one in new if one.lineage == place.lineage).split()
        anchor, former = Selector(place.lineage, place.quote, place.prefix, place.suffix), new


@settings(deadline=None)
@given(sizes(5), revisions(MOVING, 6), st.data())
def test_an_anchor_of_four_words_survives_every_sequence_of_edits(
    passages: list[int], edits: list[list[str]], data: st.DataObject
) -> None:
    survives(Story(passages, data), edits, 4)


@settings(deadline=None)
@given(sizes(12), revisions(STAYING, 1), st.data())
def test_an_anchor_of_one_word_survives_edits_that_leave_most_of_its_passage(
    passages: list[int], edits: list[list[str]], data: st.DataObject
) -> None:
    survives(Story(passages, data), edits, 1)


def nearest(blocks: list[DocumentBlock], lineage: int, words: str) -> Selector | None:
    """Try one passage after the other, the nearest first."""
    for block in sorted(blocks, key=lambda block: abs(block.lineage - lineage)):
        if (selector := select(blocks, block.lineage, words)) is not None and selector.quote:
            return selector
    return None


@given(st.lists(st.text("ab ", max_size=6), min_size=1, max_size=8), st.integers(0, 7), st.text("ab ", max_size=4))
def test_words_are_found_in_the_nearest_passage(texts: list[str], lineage: int, words: str) -> None:
    blocks = [DocumentBlock(at, text) for at, text in enumerate(texts)]
    lineage = min(lineage, len(texts) - 1)

    assert select_near(RevisionText(blocks), lineage, words) == nearest(blocks, lineage, words)
