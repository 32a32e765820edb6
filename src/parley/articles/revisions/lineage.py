"""Which passage of a revised article continues which passage of the last revision.

Equal passages are paired first: in order (longest common subsequence), then moved ones, then those of older revisions.
The rest is compared by words (similarity.py). A heading may get other words in its place. All steps are symmetric, so
that restoring a revision undoes an edit.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import chain

import msgspec
from rapidfuzz.distance import LCSseq

from parley.articles.revisions.budget import ALIGNING, Budget
from parley.articles.revisions.similarity import PassageMatch, Slot, UnmatchedPassage, encode_unmatched, find_matches
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.text.words import Coder, collapse, fold

Slots = dict[int, Slot]
Pairs = dict[int, int]  # the index of a new passage -> the index of the former one that it continues

_ALMOST = 0.9  # the least similarity to a passage of an older revision to get its lineage back
_LARGEST = 400_000_000  # cells of the table (50 MB) for the order of equal passages
_START, _END, _NOWHERE = -1, -2, (-3, -3)


class EarlierPassage(msgspec.Struct, frozen=True):
    lineage: int
    text: str
    is_heading: bool = False


class Alignment(msgspec.Struct, frozen=True):
    """How the passages of a revised article continue the passages of the last revision.

    `lineages` has for each new passage the lineage that it continues, or None for a new lineage. `merged` maps each
    lineage that was merged into another passage to that passage's index. `split` maps the index of each passage that
    was split off to the lineage that it was split off from.
    """

    lineages: list[int | None]
    merged: dict[int, int]
    split: dict[int, int]


def align(
    former: Sequence[EarlierPassage],
    new: Sequence[str],
    earlier: Sequence[EarlierPassage] = (),
    headings: Container[int] = (),
) -> Alignment:
    """Find which passages of the last revision (`former`) the passages of `new` continue.

    `earlier` has the lineages that are only in older revisions, newest first: a passage (almost) equal to one of them
    gets its lineage back. `headings` has the indexes of the headings in `new`. Of a split passage, the part with most
    of its words continues it, or the first of equal parts. Of merged passages, the one with most of the words is
    continued. No lineage is given twice.
    """
    old, texts = [_key(passage.text) for passage in former], [_key(text) for text in new]
    pairs = _equal(old, texts)
    lineages = _find_restored(earlier, texts, pairs)
    was, now, coder = _find_unmatched(old, texts, pairs, lineages)
    budget = Budget(ALIGNING)
    matches = find_matches(was, now, budget)
    edited = _choose(matches)
    edited |= _pair_retitled(
        {at: former[at].is_heading for at in was.keys() - set(edited.values())},
        {at: at in headings for at in now if at not in edited},
        _both_slots(len(former), len(new), pairs | edited),
    )
    lineages |= {at: former[index].lineage for at, index in (pairs | edited).items()}
    lineages |= _almost_restored(
        earlier, {at: now[at] for at in now if at not in edited}, set(lineages.values()), coder, budget
    )
    parts = [match for match in reversed(matches) if match.is_part]  # the best match comes last and wins
    gone = was.keys() - set(edited.values())
    return Alignment(
        [lineages.get(at) for at in range(len(new))],
        {former[match.old].lineage: match.new for match in parts if match.old in gone},
        {match.new: former[match.old].lineage for match in parts if match.new not in lineages},
    )


def headings(passages: Iterable[ImportedPassage]) -> set[int]:
    return {at for at, passage in enumerate(passages) if passage.kind == "heading"}


def _key(text: str) -> str:
    return fold(collapse(text))


def _equal(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """Pair unchanged passages, moved ones included. Passages with the same text keep their order."""
    coder = Coder()
    same: Pairs = {}
    for run in LCSseq.opcodes(coder.code(old), coder.code(new)) if len(old) * len(new) <= _LARGEST else ():
        if run.tag == "equal":
            same |= zip(range(run.dest_start, run.dest_end), range(run.src_start, run.src_end), strict=True)
    return _keeping_order(same | _pair_moved(old, new, same), new)


def _pair_moved(old: Sequence[str], new: Sequence[str], same: Pairs) -> Pairs:
    """Pair passages that moved. Pictures without words are only paired in their order, since they have no text."""
    taken = set(same.values())
    free: dict[str, list[int]] = defaultdict(list)
    for was in reversed(range(len(old))):
        if was not in taken:
            free[old[was]].append(was)
    return {at: free[text].pop() for at, text in enumerate(new) if text and at not in same and free.get(text)}


def _keeping_order(pairs: Pairs, new: Sequence[str]) -> Pairs:
    groups: dict[str, list[int]] = defaultdict(list)
    for at in sorted(pairs):
        groups[new[at]].append(at)
    ordered = (zip(group, sorted(map(pairs.__getitem__, group)), strict=True) for group in groups.values())
    return dict(chain.from_iterable(ordered))


def _find_restored(earlier: Sequence[EarlierPassage], new: Sequence[str], pairs: Pairs) -> dict[int, int]:
    """The lineages of passages with the same text as one of an older revision."""
    known: dict[str, list[int]] = defaultdict(list)
    for passage in earlier:
        known[_key(passage.text)].append(passage.lineage)
    restored: dict[int, int] = {}
    taken: set[int] = set()
    for at, text in enumerate(new):
        lineage = next((lineage_before for lineage_before in known.get(text, ()) if lineage_before not in taken), None)
        if text and at not in pairs and lineage is not None:
            restored[at] = lineage
            taken.add(lineage)
    return restored


def _almost_restored(
    earlier: Sequence[EarlierPassage],
    new: Mapping[int, UnmatchedPassage],
    taken: Iterable[int],
    coder: Coder,
    budget: Budget,
) -> dict[int, int]:
    free = {passage.lineage: passage.text for passage in reversed(earlier) if passage.lineage not in taken}
    if not free or not new:
        return {}
    was = encode_unmatched(free, dict.fromkeys(free, _NOWHERE), coder)
    return _choose(match for match in find_matches(was, new, budget) if match.similarity >= _ALMOST)


def _find_unmatched(
    old: Sequence[str], new: Sequence[str], pairs: Pairs, settled: Mapping[int, int]
) -> tuple[dict[int, UnmatchedPassage], dict[int, UnmatchedPassage], Coder]:
    coder = Coder()
    taken = set(pairs.values())
    was = {at: text for at, text in enumerate(old) if at not in taken}
    now = {at: text for at, text in enumerate(new) if at not in pairs and at not in settled}
    before, after = _both_slots(len(old), len(new), pairs)
    return encode_unmatched(was, before, coder), encode_unmatched(now, after, coder), coder


def _pair_retitled(was: Mapping[int, bool], now: Mapping[int, bool], slots: tuple[Slots, Slots]) -> Pairs:
    """Pair headings whose words changed. `was` and `now` say which passages without a pair are headings.

    They are paired if a slot has as many headings as before and no other text in it was replaced.
    """
    old, new = (_by_slot(some, of) for some, of in zip((was, now), slots, strict=True))
    pairs: Pairs = {}
    for slot in old.keys() & new.keys():
        before, after = ([at for at in some if headings[at]] for some, headings in ((old[slot], was), (new[slot], now)))
        is_other_text = len(old[slot]) > len(before) and len(new[slot]) > len(after)
        if len(before) == len(after) and not is_other_text:
            pairs |= zip(after, before, strict=True)
    return pairs


def _by_slot(passages: Iterable[int], slots: Slots) -> dict[Slot, list[int]]:
    by_slot: dict[Slot, list[int]] = defaultdict(list)
    for at in sorted(passages):
        by_slot[slots[at]].append(at)
    return by_slot


def _both_slots(many: int, many_new: int, pairs: Pairs) -> tuple[Slots, Slots]:
    """The slots of all former passages, and of all new ones. A passage that moved bounds no slot."""
    stayed = in_order(range(many_new), pairs)
    pairs = {at: was for at, was in pairs.items() if at in stayed}
    return _slots(many, {was: was for was in pairs.values()}), _slots(many_new, pairs)


def _slots(count: int, pairs: Pairs) -> Slots:
    """The slot of each index: the nearest paired passages before and after."""
    before, after = [_START], [_END]
    for at in range(count):
        before.append(pairs.get(at, before[-1]))
        after.append(pairs.get(count - 1 - at, after[-1]))
    return {at: (before[at], after[count - 1 - at]) for at in range(count)}


def _choose(matches: Iterable[PassageMatch]) -> Pairs:
    pairs: Pairs = {}
    taken: set[int] = set()
    for match in matches:
        if match.new not in pairs and match.old not in taken:
            pairs[match.new] = match.old
            taken.add(match.old)
    return pairs


def in_order(old: Iterable[int], new: Mapping[int, int]) -> set[int]:
    """Return the largest set of keys that kept their order.

    `old` has the keys in their former order, and `new` the index that each has now, if any. The set is a longest
    increasing subsequence of these indexes; of several, an early one.
    """
    indexes = [(new[key], key) for key in old if key in new]
    lengths = _increasing(index for index, _ in indexes)
    wanted, stayed, last = max(lengths, default=0), set(), -1
    for (index, key), length in zip(indexes, lengths, strict=True):
        if length == wanted and index > last:
            stayed.add(key)
            last, wanted = index, wanted - 1
    return stayed


def _increasing(numbers: Iterable[int]) -> list[int]:
    """For each of distinct numbers, return the length of the longest increasing subsequence that begins with it."""
    # From the end and negated, this is the usual algorithm: `ends[n]` is the lowest number in which a subsequence of
    # n + 1 numbers ends.
    ends: list[int] = []
    lengths: list[int] = []
    for number in reversed(list(numbers)):
        at = bisect_left(ends, -number)
        ends[at : at + 1] = [-number]
        lengths.append(at + 1)
    return lengths[::-1]
