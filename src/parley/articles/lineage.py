"""Which passage of an edited article continues which passage of the last revision.

Equal passages are paired first: in order (longest common subsequence), then where they moved to, then as an older
revision had them. What is left is compared by its words, in `likeness`. All of it is the same from either side, so
that going back undoes what going forth did.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import msgspec
from rapidfuzz.distance import LCSseq

from parley.articles.budget import ALIGNING, Budget
from parley.articles.likeness import Link, Slot, UnmatchedPassage, left, links
from parley.articles.words import Coder, collapsed, folded

Pairs = dict[int, int]  # the place of a new passage -> the place of the former one that it continues

_ALMOST = 0.9  # so alike must a passage be to one of an older revision to get its lineage back
_LARGEST = 400_000_000  # this many cells of a table (50 MB) are put up for the order of equal passages
_START, _END, _NOWHERE = -1, -2, (-3, -3)


class EarlierPassage(msgspec.Struct, frozen=True):
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


def align(former: Sequence[EarlierPassage], new: Sequence[str], earlier: Sequence[EarlierPassage] = ()) -> Alignment:
    """Which passages of the text `new` continue which ones of the last revision, `former`.

    `earlier` holds the lineages that are only in older revisions, newest first: a passage that reads (almost) like
    one of them gets its lineage back. When a passage was split, the piece with the most of its words goes on, the
    first of equal ones; when passages were merged, the one that gave the most. No lineage is given twice.
    """
    old, texts = [_key(one.text) for one in former], [_key(text) for text in new]
    pairs = _equal(old, texts)
    lineages = _back(earlier, texts, pairs)
    was, now, coder = _left(old, texts, pairs, lineages)
    budget = Budget(ALIGNING)
    found = links(was, now, budget)
    edited = _choose(found)
    lineages |= {at: former[place].lineage for at, place in (pairs | edited).items()}
    lineages |= _almost_back(
        earlier, {at: now[at] for at in now if at not in edited}, set(lineages.values()), coder, budget
    )
    parts = [link for link in reversed(found) if link.is_part]  # the best link last: it is the one that stays
    gone = was.keys() - set(edited.values())
    return Alignment(
        [lineages.get(at) for at in range(len(new))],
        {former[link.old].lineage: link.new for link in parts if link.old in gone},
        {link.new: former[link.old].lineage for link in parts if link.new not in lineages},
    )


def _key(text: str) -> str:
    return folded(collapsed(text))


def _equal(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """Passages that did not change, in their place or moved; equal ones among them keep their order."""
    coder = Coder()
    same: Pairs = {}
    for run in LCSseq.opcodes(coder.code(old), coder.code(new)) if len(old) * len(new) <= _LARGEST else ():
        if run.tag == "equal":
            same |= zip(range(run.dest_start, run.dest_end), range(run.src_start, run.src_end), strict=True)
    return _keeping_order(same | _moved(old, new, same), new)


def _moved(old: Sequence[str], new: Sequence[str], same: Pairs) -> Pairs:
    """Where equal passages moved to. Pictures without words say nothing, so they only go on in their order."""
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
    ordered = (zip(places, sorted(map(pairs.__getitem__, places)), strict=True) for places in groups.values())
    return dict(chain.from_iterable(ordered))


def _back(earlier: Sequence[EarlierPassage], new: Sequence[str], pairs: Pairs) -> dict[int, int]:
    """Lineages that come back with the very words of an older revision."""
    known: dict[str, list[int]] = defaultdict(list)
    for one in earlier:
        known[_key(one.text)].append(one.lineage)
    back: dict[int, int] = {}
    taken: set[int] = set()
    for at, text in enumerate(new):
        lineage = next((one for one in known.get(text, ()) if one not in taken), None)
        if text and at not in pairs and lineage is not None:
            back[at] = lineage
            taken.add(lineage)
    return back


def _almost_back(
    earlier: Sequence[EarlierPassage],
    new: Mapping[int, UnmatchedPassage],
    taken: Iterable[int],
    coder: Coder,
    budget: Budget,
) -> dict[int, int]:
    free = {one.lineage: one.text for one in reversed(earlier) if one.lineage not in taken}
    if not free or not new:
        return {}
    was = left(free, dict.fromkeys(free, _NOWHERE), coder)
    return _choose(link for link in links(was, new, budget) if link.likeness >= _ALMOST)


def _left(
    old: Sequence[str], new: Sequence[str], pairs: Pairs, settled: Mapping[int, int]
) -> tuple[dict[int, UnmatchedPassage], dict[int, UnmatchedPassage], Coder]:
    """The passages that no equal one explains."""
    coder = Coder()
    taken = {was: was for was in pairs.values()}
    was = {at: text for at, text in enumerate(old) if at not in taken}
    now = {at: text for at, text in enumerate(new) if at not in pairs and at not in settled}
    return left(was, _slots(len(old), taken), coder), left(now, _slots(len(new), pairs), coder), coder


def _slots(count: int, pairs: Pairs) -> dict[int, Slot]:
    """For each place, between which former passages it stands."""
    before, after = [_START], [_END]
    for at in range(count):
        before.append(pairs.get(at, before[-1]))
        after.append(pairs.get(count - 1 - at, after[-1]))
    return {at: (before[at], after[count - 1 - at]) for at in range(count)}


def _choose(found: Iterable[Link]) -> Pairs:
    pairs: Pairs = {}
    taken: set[int] = set()
    for link in found:
        if link.new not in pairs and link.old not in taken:
            pairs[link.new] = link.old
            taken.add(link.old)
    return pairs
