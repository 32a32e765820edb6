"""Which passage of a revised article continues which passage of the last revision.

Equal passages are paired first: in order (longest common subsequence), then moved ones, then those of older revisions.
The rest is compared by words (similarity.py). All steps are symmetric, so that restoring a revision undoes an edit.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import msgspec
from rapidfuzz.distance import LCSseq

from parley.articles.budget import ALIGNING, Budget
from parley.articles.similarity import Match, Slot, UnmatchedPassage, encode_unmatched, find_matches
from parley.articles.words import Coder, collapsed, folded

Pairs = dict[int, int]  # the index of a new passage -> the index of the former one that it continues

_ALMOST = 0.9  # the least similarity to a passage of an older revision to get its lineage back
_LARGEST = 400_000_000  # cells of the table (50 MB) for the order of equal passages
_START, _END, _NOWHERE = -1, -2, (-3, -3)


class EarlierPassage(msgspec.Struct, frozen=True):
    """A passage of an earlier revision."""

    lineage: int
    text: str


class Alignment(msgspec.Struct, frozen=True):
    """How the passages of a revised article continue those of the last revision.

    `lineages` has for each new passage the lineage that it continues, or None for a new lineage. `merged` maps each
    lineage that was merged into another passage to that passage's index. `split` maps the index of each passage that
    was split off to the lineage that it was split off from.
    """

    lineages: list[int | None]
    merged: dict[int, int]
    split: dict[int, int]


def align(former: Sequence[EarlierPassage], new: Sequence[str], earlier: Sequence[EarlierPassage] = ()) -> Alignment:
    """Find which passages of the last revision, `former`, those of the text `new` continue.

    `earlier` has the lineages that are only in older revisions, newest first: a passage (almost) equal to one of them
    gets its lineage back. Of a split passage, the part with most of its words continues it, or the first of equal
    parts. Of merged passages, the one with most of the words is continued. No lineage is given twice.
    """
    old, texts = [_key(one.text) for one in former], [_key(text) for text in new]
    pairs = _equal(old, texts)
    lineages = _restored(earlier, texts, pairs)
    was, now, coder = _unmatched(old, texts, pairs, lineages)
    budget = Budget(ALIGNING)
    matches = find_matches(was, now, budget)
    edited = _choose(matches)
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


def _key(text: str) -> str:
    return folded(collapsed(text))


def _equal(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """Pair unchanged passages, moved ones included. Passages with the same text keep their order."""
    coder = Coder()
    same: Pairs = {}
    for run in LCSseq.opcodes(coder.code(old), coder.code(new)) if len(old) * len(new) <= _LARGEST else ():
        if run.tag == "equal":
            same |= zip(range(run.dest_start, run.dest_end), range(run.src_start, run.src_end), strict=True)
    return _keeping_order(same | _moved(old, new, same), new)


def _moved(old: Sequence[str], new: Sequence[str], same: Pairs) -> Pairs:
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


def _restored(earlier: Sequence[EarlierPassage], new: Sequence[str], pairs: Pairs) -> dict[int, int]:
    """The lineages of passages with the same text as one of an older revision."""
    known: dict[str, list[int]] = defaultdict(list)
    for one in earlier:
        known[_key(one.text)].append(one.lineage)
    restored: dict[int, int] = {}
    taken: set[int] = set()
    for at, text in enumerate(new):
        lineage = next((one for one in known.get(text, ()) if one not in taken), None)
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
    free = {one.lineage: one.text for one in reversed(earlier) if one.lineage not in taken}
    if not free or not new:
        return {}
    was = encode_unmatched(free, dict.fromkeys(free, _NOWHERE), coder)
    return _choose(match for match in find_matches(was, new, budget) if match.similarity >= _ALMOST)


def _unmatched(
    old: Sequence[str], new: Sequence[str], pairs: Pairs, settled: Mapping[int, int]
) -> tuple[dict[int, UnmatchedPassage], dict[int, UnmatchedPassage], Coder]:
    """The passages without an equal one."""
    coder = Coder()
    taken = {was: was for was in pairs.values()}
    was = {at: text for at, text in enumerate(old) if at not in taken}
    now = {at: text for at, text in enumerate(new) if at not in pairs and at not in settled}
    return (
        encode_unmatched(was, _slots(len(old), taken), coder),
        encode_unmatched(now, _slots(len(new), pairs), coder),
        coder,
    )


def _slots(count: int, pairs: Pairs) -> dict[int, Slot]:
    """The slot of each index: the nearest paired passages before and after."""
    before, after = [_START], [_END]
    for at in range(count):
        before.append(pairs.get(at, before[-1]))
        after.append(pairs.get(count - 1 - at, after[-1]))
    return {at: (before[at], after[count - 1 - at]) for at in range(count)}


def _choose(matches: Iterable[Match]) -> Pairs:
    pairs: Pairs = {}
    taken: set[int] = set()
    for match in matches:
        if match.new not in pairs and match.old not in taken:
            pairs[match.new] = match.old
            taken.add(match.old)
    return pairs
