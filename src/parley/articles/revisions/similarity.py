"""How similar passages are that are not equal: which of them were edited, split or merged.

All comparisons are symmetric in the two revisions.
"""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import msgspec
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from parley.articles.revisions.budget import Budget, partial_match_steps
from parley.extraction.text.words import WORD, Coder

Slot = tuple[int, int]  # the nearest unchanged passages before and after

# Of 1,000 pairs of unrelated passages, one shares 0.30 of its words in different essays, and 0.46 in the same essay
# (docs/decisions/0004).
SIMILAR = 0.6
SIMILAR_IN_PLACE = 0.4
# A passage is a part of another one if at least this share of its words is there, this share in a row, and it has at
# least this many words. None of 17,760 unrelated pairs is that similar.
_PART, _IN_A_ROW, _FEWEST = 0.75, 0.6, 4
_LARGEST = 250_000  # the product of the numbers of words; above it, partial matching takes too long
_MOST_PASSAGES = 10_000  # changed ones in both texts; with more, none are matched
_IN_PLACE = 1.25  # the weight of a shared word between passages in the same slot
_FULL = 2_500  # up to this many pairs, all are compared
_RARE = 8  # words in more passages than this are not used to find candidates
_MOST = 12  # otherwise a passage is compared with this many others


class UnmatchedPassage(msgspec.Struct, frozen=True):
    """A passage without an equal one: its words in order and as a bag, and its slot."""

    words: str
    bag: str
    slot: Slot


class PassageMatch(msgspec.Struct, frozen=True):
    """Two passages with words in common."""

    old: int
    new: int
    shared: int
    similarity: float
    in_place: bool
    is_part: bool

    @property
    def is_continuation(self) -> bool:
        return self.is_part or self.similarity >= (SIMILAR_IN_PLACE if self.in_place else SIMILAR)

    @property
    def order(self) -> tuple[float, int, int]:
        """Sort key: most words in common first, weighted by slot, then the nearest."""
        weight = self.shared * (_IN_PLACE if self.in_place else 1)
        return (-weight, abs(self.old - self.new), self.old + self.new)


def encode_unmatched(texts: Mapping[int, str], slots: Mapping[int, Slot], coder: Coder) -> dict[int, UnmatchedPassage]:
    coded = {at: coder.code(WORD.findall(text.lower())) for at, text in texts.items()}
    return {at: UnmatchedPassage(words, "".join(sorted(words)), slots[at]) for at, words in coded.items()}


def find_matches(
    old: Mapping[int, UnmatchedPassage], new: Mapping[int, UnmatchedPassage], budget: Budget
) -> list[PassageMatch]:
    """Return all pairs of passages of which one may continue the other, the likeliest first.

    Beyond the budget, passages are compared without regard to the order of their words.
    """
    if len(old) + len(new) > _MOST_PASSAGES:
        return []
    matches = (_match(was, at, old[was], new[at], budget) for at, others in _candidates(old, new) for was in others)
    return sorted((match for match in matches if match.is_continuation), key=lambda match: match.order)


def _match(was: int, at: int, old: UnmatchedPassage, new: UnmatchedPassage, budget: Budget) -> PassageMatch:
    shared = _count_shared(old.bag, new.bag, budget)
    total = len(old.bag) + len(new.bag)
    similarity = 2 * shared / total if total else 0.0
    return PassageMatch(was, at, shared, similarity, old.slot == new.slot, _is_part(old, new, shared, budget))


def _count_shared(one: str, other: str, budget: Budget) -> int:
    if budget.allows(len(one) * len(other)):
        # The longest common subsequence of two sorted strings is the characters that they share.
        return LCSseq.similarity(one, other)
    return (Counter(one) & Counter(other)).total()


def _is_part(one: UnmatchedPassage, other: UnmatchedPassage, shared: int, budget: Budget) -> bool:
    """Whether nearly all words of the shorter passage are in a row in the longer one."""
    fewer = min(len(one.bag), len(other.bag))
    if fewer < _FEWEST or shared < _PART * fewer:
        return False
    product = len(one.words) * len(other.words)
    if product > _LARGEST:  # long texts do not share a sequence of that length by chance
        return budget.allows(product) and LCSseq.similarity(one.words, other.words) >= _IN_A_ROW * fewer
    return (
        budget.allows(partial_match_steps(*sorted((len(one.words), len(other.words)))))
        and fuzz.partial_ratio(one.words, other.words) >= 100 * _IN_A_ROW
    )


def are_linked(one: str, other: str, budget: Budget) -> bool:
    """Whether the shorter of two texts is nearly a part of the longer one, so that it was split off or merged."""
    shorter, longer = sorted((one, other), key=len)
    if not shorter or shorter in longer:
        return bool(shorter)
    some, others = encode_unmatched({0: one, 1: other}, {0: (0, 0), 1: (0, 0)}, Coder()).values()
    return _is_part(some, others, _count_shared(some.bag, others.bag, budget), budget)


def _candidates(
    old: Mapping[int, UnmatchedPassage], new: Mapping[int, UnmatchedPassage]
) -> Iterator[tuple[int, list[int]]]:
    if len(old) * len(new) <= _FULL:
        yield from ((at, list(old)) for at in new)
        return
    index, by_slot = _rare_words(old), _by_slot(old)
    for at, passage in new.items():
        seen = Counter(was for word in set(passage.bag) for was in index.get(word, ()))
        nearest = sorted(seen, key=lambda was: (-seen[was], abs(was - at), was))[:_MOST]
        in_slot = by_slot.get(passage.slot, [])
        middle = bisect(in_slot, at)
        yield at, [*dict.fromkeys([*nearest, *in_slot[max(middle - _MOST // 2, 0) : middle + _MOST // 2]])]


def _rare_words(passages: Mapping[int, UnmatchedPassage]) -> dict[str, list[int]]:
    index: dict[str, list[int]] = defaultdict(list)
    for at, passage in passages.items():
        for word in set(passage.bag):
            index[word].append(at)
    return {word: places for word, places in index.items() if len(places) <= _RARE}


def _by_slot(passages: Mapping[int, UnmatchedPassage]) -> dict[Slot, list[int]]:
    by_slot: dict[Slot, list[int]] = defaultdict(list)
    for at, passage in passages.items():
        by_slot[passage.slot].append(at)
    return by_slot
