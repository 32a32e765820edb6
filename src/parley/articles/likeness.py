"""How alike passages are that are not equal: which of them were edited, split or merged.

Everything here is symmetric in the two revisions.
"""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import msgspec
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from parley.articles.budget import Budget, at_every_place
from parley.articles.words import WORD, Coder

Slot = tuple[int, int]  # the nearest passages before and after that did not change

# Of 1,000 pairs of passages that have nothing to do with each other, one shares .30 of its words in different essays
# and .46 in the same one (docs/decisions/0004).
SIMILAR = 0.6
SIMILAR_IN_PLACE = 0.4
# A piece: so much of its words, so much of them together, and not fewer than these. None of 17,760 pairs is one.
_PART, _TOGETHER, _FEWEST = 0.75, 0.6, 4
_LARGEST = 250_000  # words of the one times words of the other: beyond, to try every place takes long
_MOST_PASSAGES = 10_000  # of both texts together: with more that are not equal, none continues another
_IN_PLACE = 1.25  # what a word in common counts for between the same neighbours
_FULL = 2_500  # up to so many comparisons everything is compared with everything
_RARE = 8  # a word in more passages than this does not tell which one is meant
_MOST = 12  # beyond that, a passage is compared with so many others


class UnmatchedPassage(msgspec.Struct, frozen=True):
    """A passage that no equal one explains: its words in order and as a bag, and where it stands."""

    words: str
    bag: str
    slot: Slot


class Link(msgspec.Struct, frozen=True):
    """Two passages that have words in common."""

    old: int
    new: int
    shared: int
    likeness: float
    in_place: bool
    is_part: bool

    @property
    def holds(self) -> bool:
        """Whether the one continues the other."""
        return self.is_part or self.likeness >= (SIMILAR_IN_PLACE if self.in_place else SIMILAR)

    @property
    def order(self) -> tuple[float, int, int]:
        """The most words in common first, those in their place before others, and then the nearest."""
        weight = self.shared * (_IN_PLACE if self.in_place else 1)
        return (-weight, abs(self.old - self.new), self.old + self.new)


def left(texts: Mapping[int, str], slots: Mapping[int, Slot], coder: Coder) -> dict[int, UnmatchedPassage]:
    coded = {at: coder.code(WORD.findall(text.lower())) for at, text in texts.items()}
    return {at: UnmatchedPassage(words, "".join(sorted(words)), slots[at]) for at, words in coded.items()}


def links(old: Mapping[int, UnmatchedPassage], new: Mapping[int, UnmatchedPassage], budget: Budget) -> list[Link]:
    """Every two passages of which one may continue the other, in the order in which that is likely.

    Past the budget, passages are compared by the words they have, not by the order of the words.
    """
    if len(old) + len(new) > _MOST_PASSAGES:
        return []
    found = (_link(was, at, old[was], new[at], budget) for at, others in _candidates(old, new) for was in others)
    return sorted((link for link in found if link.holds), key=lambda link: link.order)


def _link(was: int, at: int, old: UnmatchedPassage, new: UnmatchedPassage, budget: Budget) -> Link:
    shared = _shared(old.bag, new.bag, budget)
    total = len(old.bag) + len(new.bag)
    likeness = 2 * shared / total if total else 0.0
    return Link(was, at, shared, likeness, old.slot == new.slot, _is_part(old, new, shared, budget))


def _shared(one: str, other: str, budget: Budget) -> int:
    """How many words two bags have in common."""
    if budget.allows(len(one) * len(other)):
        # Of two sorted strings the longest common subsequence is what they share, however often.
        return LCSseq.similarity(one, other)
    return (Counter(one) & Counter(other)).total()


def _is_part(one: UnmatchedPassage, other: UnmatchedPassage, shared: int, budget: Budget) -> bool:
    """Whether nearly all words of the shorter passage stand together in the longer one."""
    fewer = min(len(one.bag), len(other.bag))
    if fewer < _FEWEST or shared < _PART * fewer:
        return False
    product = len(one.words) * len(other.words)
    if product > _LARGEST:  # chance leaves texts as long as that no such sequence in common
        return budget.allows(product) and LCSseq.similarity(one.words, other.words) >= _TOGETHER * fewer
    return (
        budget.allows(at_every_place(*sorted((len(one.words), len(other.words)))))
        and fuzz.partial_ratio(one.words, other.words) >= 100 * _TOGETHER
    )


def _candidates(
    old: Mapping[int, UnmatchedPassage], new: Mapping[int, UnmatchedPassage]
) -> Iterator[tuple[int, list[int]]]:
    if len(old) * len(new) <= _FULL:
        yield from ((at, list(old)) for at in new)
        return
    index, places = _rare_words(old), _places(old)
    for at, one in new.items():
        seen = Counter(was for word in set(one.bag) for was in index.get(word, ()))
        nearest = sorted(seen, key=lambda was: (-seen[was], abs(was - at), was))[:_MOST]
        here = places.get(one.slot, [])
        middle = bisect(here, at)
        yield at, [*dict.fromkeys([*nearest, *here[max(middle - _MOST // 2, 0) : middle + _MOST // 2]])]


def _rare_words(passages: Mapping[int, UnmatchedPassage]) -> dict[str, list[int]]:
    index: dict[str, list[int]] = defaultdict(list)
    for at, one in passages.items():
        for word in set(one.bag):
            index[word].append(at)
    return {word: places for word, places in index.items() if len(places) <= _RARE}


def _places(passages: Mapping[int, UnmatchedPassage]) -> dict[Slot, list[int]]:
    places: dict[Slot, list[int]] = defaultdict(list)
    for at, one in passages.items():
        places[one.slot].append(at)
    return places
