"""Merging a new text of an article's source with the corrections that were made here.

A three-way merge by passages: `base` is the source's former text, `ours` the text here, `theirs` the source's new text.
Passages are matched with those of the base by their words (lineage.py). A line-based merge would report a conflict
when one side changed a paragraph and the other side changed the next one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

import msgspec

from parley.articles.revisions.lineage import EarlierPassage, align, headings
from parley.extraction.html.passages import ImportedPassage, without_lost_pictures

# A passage of the base has its index there as its key; an added one has its index in the text that added it.
Key = tuple[str, int]
# The passages of a text in their order, each with the passages that were split off from it.
Units = dict[Key, list[ImportedPassage]]


class Conflict(msgspec.Struct, frozen=True):
    """A passage that was changed differently here and at the source. A side that removed it is empty."""

    before: list[ImportedPassage]
    ours: list[ImportedPassage]
    theirs: list[ImportedPassage]


class MergeResult(msgspec.Struct, frozen=True):
    """The merged `passages`. In a conflict, our text stays unless the source's was chosen.

    `undecided` is the source's text with the passages in conflict as they were before: the base for the next merge
    until the conflicts are decided. `corrections` is the number of our changes that stay without a conflict.
    """

    passages: list[ImportedPassage]
    conflicts: list[Conflict]
    corrections: int
    undecided: list[ImportedPassage]


def merge(
    base: Sequence[ImportedPassage],
    ours: Sequence[ImportedPassage],
    theirs: Sequence[ImportedPassage],
    take: Collection[int] = (),
) -> MergeResult:
    """Apply the source's changes from `base` to `theirs` to `ours`. In the conflicts in `take`, the source wins."""
    before: Units = {("base", at): [passage] for at, passage in enumerate(base)}
    here = _units(base, ours, "ours")
    there = _with_keys_of(_units(base, theirs, "theirs"), here)
    # The source's order is used only if no passage of the base was moved here.
    known = [at for side, at in here if side == "base"]
    order = _interleave(there, here) if known == sorted(known) else _interleave(here, there)
    was, ours_now, theirs_now = ({key: _words(some) for key, some in units.items()} for units in (before, here, there))
    changed = [key for key in order if ours_now.get(key) != was.get(key)]
    disputed = [key for key in changed if theirs_now.get(key) not in (was.get(key), ours_now.get(key))]
    kept = set(changed) - {disputed[number] for number in take if number < len(disputed)}
    return MergeResult(
        passages=[passage for key in order for passage in (here if key in kept else there).get(key, [])],
        conflicts=[Conflict(*(text.get(key, []) for text in (before, here, there))) for key in disputed],
        corrections=sum(theirs_now.get(key) == was.get(key) for key in changed),
        undecided=_revert(there, before, set(disputed)),
    )


def _words(unit: Sequence[ImportedPassage]) -> list[tuple[str, int | None, str]]:
    """What a correction can change: not the places of passages, which differ in the next edition of a PDF."""
    return [(passage.kind, passage.level, passage.html) for passage in unit]


def _units(base: Sequence[ImportedPassage], text: Sequence[ImportedPassage], side: str) -> Units:
    former = [EarlierPassage(at, passage.text, passage.kind == "heading") for at, passage in enumerate(base)]
    aligned = align(former, [passage.text for passage in text], headings=headings(text))

    def origin_of(at: int) -> int | None:
        """The index in the base of the passage that a passage continues or was split off from."""
        return aligned.split.get(at) if aligned.lineages[at] is None else aligned.lineages[at]

    units: Units = {}
    for origin, run in groupby(range(len(text)), key=origin_of):
        some = list(run)
        if origin is not None and origin in (aligned.lineages[at] for at in some):
            units["base", origin] = [text[at] for at in some]
        else:  # added, or split off and then moved away
            units |= {(side, at): [text[at]] for at in some}
    return units


def _with_keys_of(there: Units, here: Units) -> Units:
    """`there`, with the keys of `here` for equal passages that both added."""
    added: dict[ImportedPassage, list[Key]] = defaultdict(list)
    for (side, at), (first, *_) in reversed(here.items()):
        if side != "base":
            added[first].append((side, at))
    return {
        added[some[0]].pop() if side != "base" and added.get(some[0]) else (side, at): some
        for (side, at), some in there.items()
    }


def _interleave(first: Iterable[Key], second: Iterable[Key]) -> list[Key]:
    """The keys of `first`, and each key that only `second` has after the same key as there."""
    known = dict.fromkeys(first)
    after: dict[Key | None, list[Key]] = defaultdict(list)
    last: Key | None = None
    for key in second:
        if key in known:
            last = key
        else:
            after[last].append(key)
    return [*after[None], *(unit for key in known for unit in (key, *after[key]))]


def _revert(there: Units, before: Units, disputed: Collection[Key]) -> list[ImportedPassage]:
    order = (key for key in _interleave(there, before) if key in there or key in disputed)
    return [passage for key in order for passage in (before if key in disputed else there).get(key, [])]


def with_known_pictures(base: Iterable[ImportedPassage], theirs: Iterable[ImportedPassage]) -> list[ImportedPassage]:
    """`theirs`, with the pictures of `base` where they could not be fetched this time, and without lost ones."""
    known = {(passage.kind, passage.text): passage for passage in base if "<img" in passage.html}
    both = ((known.get((passage.kind, passage.text), passage), passage) for passage in theirs)
    return without_lost_pictures(
        before if passage.html.count("<img") < before.html.count("<img") else passage for before, passage in both
    )
