"""Real essays and their revisions (../shared/data/revisions), with what became of each of their blocks.

Both texts go through Parley's own importer and alignment, as a revision does. The blocks of pairs.json are used only
to judge: they hold whole lists and so are coarser than passages.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, count, groupby
from random import Random
from typing import Literal

import msgspec

from parley.articles.anchoring import DocumentBlock, Selector, select
from parley.articles.revisions.lineage import EarlierPassage, align
from parley.extraction.html.passages import cut_passages
from parley.extraction.text.markdown import extract_markdown
from parley.extraction.text.words import WORD, collapse
from tests.conftest import SHARED

FOLDER = SHARED / "revisions"
CONTAINED = 0.8
_FENCE = re.compile(r" {0,3}(```|~~~)")
_SENTENCE = re.compile(r"[^.!?]+[.!?]+(?=\s|$)")

Verdict = Literal["right", "wrong", "lost"]


class Pair(msgspec.Struct, frozen=True):
    """An entry of pairs.json."""

    a: str
    b: str
    alignment: list[tuple[int, int | None, str]]


class Case(msgspec.Struct, frozen=True):
    """An anchor on the first text, its words, and the blocks of the second text in which they may rightly be found."""

    selector: Selector
    words: str
    outcome: str
    gold: dict[int, str]

    def judge(self, found: str | None) -> Verdict:
        """By the words: to lose what was deleted is right, and so is to find the very words wherever they stand."""
        if found is None:
            return "right" if self.outcome == "deleted" else "lost"
        is_right = found == self.words or any(contained(found, block) >= CONTAINED for block in self.gold.values())
        return "right" if is_right else "wrong"

    def judge_place(self, found: str | None, block: int | None) -> Verdict:
        """More strictly: the very words in another block are right only where their own block lost them."""
        by_words = self.judge(found)
        stayed = any(self.words in collapse(text) for text in self.gold.values())
        strayed = found is not None and stayed and block is not None and block not in self.gold
        return "wrong" if strayed else by_words


class Essay(msgspec.Struct, frozen=True):
    """Two revisions of a text as Parley sees them, with anchors on the first.

    `places` has for each new passage the block of pairs.json in which it is.
    """

    former: list[DocumentBlock]
    new: list[DocumentBlock]
    places: list[int | None]
    merged: dict[int, int]
    cases: list[Case]


def essays() -> Iterator[Essay]:
    for pair in msgspec.json.decode((FOLDER / "pairs.json").read_bytes(), type=list[Pair]):
        old, texts = [DocumentBlock(at, text) for at, text in enumerate(_passages(pair.a), 1)], _passages(pair.b)
        found = align([EarlierPassage(one.lineage, one.text) for one in old], texts)
        fresh = count(10_000)
        lineages = [next(fresh) if one is None else one for one in found.lineages]
        new = [DocumentBlock(*one) for one in zip(lineages, texts, strict=True)]
        merged = {lineage: lineages[at] for lineage, at in found.merged.items()}
        yield Essay(old, new, list(_places(texts, _blocks(pair.b))), merged, list(_cases(pair, old)))


@cache
def _passages(name: str) -> list[str]:
    """What the importer makes of a file."""
    extracted = extract_markdown((FOLDER / name).read_text())
    return [one.text for one in cut_passages(extracted.html, base_url=None, title=extracted.title) if one.text]


@cache
def _blocks(name: str) -> list[str]:
    """Blocks as pairs.json counts them: parted by blank lines, but not inside fences."""
    lines = (FOLDER / name).read_text().split("\n")
    inside = accumulate(bool(_FENCE.match(line)) for line in lines)
    parts = groupby(zip(lines, inside, strict=True), key=lambda one: bool(one[0].strip() or one[1] % 2))
    return ["\n".join(line for line, _ in part) for filled, part in parts if filled]


def _cases(pair: Pair, old: list[DocumentBlock]) -> Iterator[Case]:
    """Anchors on every passage but front matter and such of less than three words."""
    random = Random(pair.a + pair.b)
    before, after = _blocks(pair.a), _blocks(pair.b)
    outcomes = {was: (now, outcome) for was, now, outcome in pair.alignment}
    taken = {now for now, _ in outcomes.values()}
    free = {at: block for at, block in enumerate(after) if at not in taken}
    for index, place in enumerate(_places([one.text for one in old], before)):
        if place not in outcomes or before[place].startswith("---") or len(WORD.findall(old[index].text)) < 3:
            continue
        now, outcome = outcomes[place]
        for anchor in _anchors(old, index, random):
            yield Case(anchor, anchor.quote or old[index].text, outcome, free if now is None else {now: after[now]})


def _places(passages: Sequence[str], blocks: Sequence[str]) -> Iterator[int | None]:
    """The block in which each passage is: the next one that holds its words."""
    at = 0
    for text in passages:
        order = [*range(at, len(blocks)), *range(at)]
        here = next((place for place in order if contained(text, blocks[place]) >= CONTAINED), None)
        at = at if here is None else here
        yield here


def _anchors(old: list[DocumentBlock], index: int, random: Random) -> Iterator[Selector]:
    """The whole passage, a sentence of it, and three to eight of its words."""
    passage = old[index]
    yield Selector(passage.lineage, "")
    words = passage.text.split()
    start = random.randrange(max(len(words) - 2, 1))
    phrase = " ".join(words[start : start + random.randint(3, 8)])
    sentence = random.choice(_SENTENCE.findall(passage.text) or [passage.text])
    before = passage.text[: passage.text.find(sentence)]
    for quote, prefix in ((sentence, before), (phrase, " ".join(words[:start]))):
        anchor = select(old[max(index - 2, 0) : index + 3], passage.lineage, quote, prefix)
        assert anchor, quote
        yield anchor


def contained(part: str, whole: str) -> float:
    """The share of the words of `part` that are in `whole`."""
    words = _bag(part)
    return (words & _bag(whole)).total() / max(words.total(), 1)


@cache
def _bag(text: str) -> Counter[str]:
    return Counter(WORD.findall(text.lower()))
