"""Which passage of an edited article continues which passage of the last revision."""

import re
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

import msgspec

SIMILAR = 0.6
_RARE = 8  # a word in more old passages than this does not tell which one is meant
_NEAR = 12  # a gap up to this many passages is compared in full
# Scripts without spaces count by character.
_UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


class Former(msgspec.Struct, frozen=True):
    """A passage of an earlier revision."""

    lineage: int
    text: str


class Alignment(msgspec.Struct, frozen=True):
    """What became of the passages of an article when its text was revised.

    `lineages` has for each new passage the lineage it continues, or None where a new one is to be given. `merged`
    tells of a lineage that has no passage of its own any more, because it was merged into another, the index of the
    new passage that holds its words. `split` tells of the index of a new passage, cut off from another one, the
    lineage it was cut off from.
    """

    lineages: list[int | None]
    merged: dict[int, int]
    split: dict[int, int]


def align(former: Sequence[Former], new: Sequence[str], earlier: Sequence[Former] = ()) -> Alignment:
    """Which passages of the text `new` continue which ones of the last revision, `former`.

    `earlier` holds the lineages that are only in older revisions, newest first: a passage that reads like one of them
    gets its lineage back, so that restoring an old revision is the identity.

    Equal texts are paired first, in order, then where they moved to; then texts that share at least `SIMILAR` of
    their words (Dice coefficient): those between the same neighbours before those that moved, the most alike first.
    No lineage is given twice.
    """
    texts = [one.text for one in former]
    pairs = _in_order(texts, new)
    _moved(texts, new, pairs)
    _similar(texts, new, pairs)
    known = {one.text: one.lineage for one in reversed(earlier)}
    lineages = [former[pairs[at]].lineage if at in pairs else known.pop(text, None) for at, text in enumerate(new)]
    return Alignment(lineages, {}, {})


def _in_order(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {b + step: a + step for a, b, size in blocks for step in range(size)}


def _moved(old: Sequence[str], new: Sequence[str], pairs: dict[int, int]) -> None:
    taken = set(pairs.values())
    free: dict[str, list[int]] = defaultdict(list)
    for was in reversed(range(len(old))):
        if was not in taken:
            free[old[was]].append(was)
    for at, text in enumerate(new):
        if at not in pairs and free.get(text):
            pairs[at] = free[text].pop()


def _similar(old: Sequence[str], new: Sequence[str], pairs: dict[int, int]) -> None:
    taken = set(pairs.values())
    left = {was: _words(text) for was, text in enumerate(old) if was not in taken}
    index = _rare_words(left)
    anchors = sorted(pairs)
    found: list[tuple[bool, float, int, int, int]] = []
    for at in (at for at in range(len(new)) if at not in pairs):
        gap = _gap(at, anchors, pairs, len(old))
        words = _words(new[at])
        near = {was for was in gap if was in left} if len(gap) <= _NEAR else set()
        candidates = near.union(*(index[word] for word in words if word in index))
        alike = {was: _dice(words, left[was]) for was in candidates}
        found += [(was not in gap, -alike[was], abs(at - was), at, was) for was in alike if alike[was] >= SIMILAR]
    for *_, at, was in sorted(found):
        if at not in pairs and was not in taken:
            pairs[at] = was
            taken.add(was)


def _gap(at: int, anchors: list[int], pairs: dict[int, int], end: int) -> range:
    """The old passages between the ones that the nearest paired neighbours of `at` continue."""
    right = bisect(anchors, at)
    before = pairs[anchors[right - 1]] if right else -1
    after = pairs[anchors[right]] if right < len(anchors) else end
    return range(before + 1, after)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _rare_words(texts: dict[int, Counter[str]]) -> dict[str, set[int]]:
    index: dict[str, set[int]] = defaultdict(set)
    for was, words in texts.items():
        for word in words:
            index[word].add(was)
    return {word: at for word, at in index.items() if len(at) <= _RARE}


def _dice(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
