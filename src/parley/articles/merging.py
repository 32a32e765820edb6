"""Merging what an article's source says now with the corrections that were made here.

A three-way merge, passage by passage: `base` is what the source said before, `ours` what is shown here, `theirs` what
the source says now. Which passage continues which one of the base is told by their words (lineage.py). A line-based
merge would not do: it calls it a conflict when one side changed a paragraph and the other the next one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby

import msgspec

from parley.articles.importing.passages import ImportedPassage
from parley.articles.lineage import EarlierPassage, align

# A passage of the base has its place there as its key; one that was added has its place in the text that added it.
Key = tuple[str, int]
# The passages of a text in their order, each with those that were split off from it.
Units = dict[Key, list[ImportedPassage]]


class Conflict(msgspec.Struct, frozen=True):
    """A passage that was changed here and at the source, differently; of a side that took it away nothing is left."""

    before: list[ImportedPassage]
    ours: list[ImportedPassage]
    theirs: list[ImportedPassage]


class Merged(msgspec.Struct, frozen=True):
    """The merged `passages`: in a conflict those from here stay, unless the source's were chosen.

    `undecided` is the text of the source with the passages that are in conflict as they were before: what to merge
    with next, as long as nobody decided. `corrections` counts the changes made here that stay and are no conflicts.
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
) -> Merged:
    """`ours` with what the source changed from `base` to `theirs`; `take` are the conflicts that the source wins."""
    before: Units = {("base", at): [one] for at, one in enumerate(base)}
    here = _units(base, ours, "ours")
    there = _as_added_here(_units(base, theirs, "theirs"), here)
    order = _woven(there, here) if _in_order(here) else _woven(here, there)
    changed = [key for key in order if here.get(key, []) != before.get(key, [])]
    disputed = [key for key in changed if there.get(key, []) not in (before.get(key, []), here.get(key, []))]
    kept = set(changed) - {disputed[number] for number in take if number < len(disputed)}
    return Merged(
        passages=[one for key in order for one in (here if key in kept else there).get(key, [])],
        conflicts=[Conflict(*(text.get(key, []) for text in (before, here, there))) for key in disputed],
        corrections=sum(there.get(key, []) == before.get(key, []) for key in changed),
        undecided=_reverted(there, before, set(disputed)),
    )


def _units(base: Sequence[ImportedPassage], text: Sequence[ImportedPassage], side: str) -> Units:
    aligned = align([EarlierPassage(at, one.text) for at, one in enumerate(base)], [one.text for one in text])
    units: Units = {}
    places = range(len(text))
    for origin, run in groupby(places, key=lambda at: _origin(aligned.lineages, aligned.split, at)):
        some = list(run)
        if origin is not None and origin in (aligned.lineages[at] for at in some):
            units["base", origin] = [text[at] for at in some]
        else:  # added, or split off and then moved away
            units |= {(side, at): [text[at]] for at in some}
    return units


def _origin(lineages: Sequence[int | None], split: Mapping[int, int], at: int) -> int | None:
    """The place in the base of what a passage continues, or was split off from."""
    return split.get(at) if lineages[at] is None else lineages[at]


def _as_added_here(there: Units, here: Units) -> Units:
    """`there` with the keys of `here` for passages that both added alike."""
    added: dict[ImportedPassage, list[Key]] = defaultdict(list)
    for (side, at), (first, *_) in reversed(here.items()):
        if side != "base":
            added[first].append((side, at))
    return {
        added[some[0]].pop() if side != "base" and added.get(some[0]) else (side, at): some
        for (side, at), some in there.items()
    }


def _in_order(units: Iterable[Key]) -> bool:
    """Whether no passage of the base was moved. The order of the source is taken only then."""
    known = [at for side, at in units if side == "base"]
    return known == sorted(known)


def _woven(first: Iterable[Key], second: Iterable[Key]) -> list[Key]:
    """The keys of `first`, and those that only `second` has behind the same neighbour as there."""
    known = dict.fromkeys(first)
    behind: dict[Key | None, list[Key]] = defaultdict(list)
    last: Key | None = None
    for key in second:
        if key in known:
            last = key
        else:
            behind[last].append(key)
    return [*behind[None], *(one for key in known for one in (key, *behind[key]))]


def _reverted(there: Units, before: Units, disputed: Collection[Key]) -> list[ImportedPassage]:
    order = _woven(there, (key for key in before if key in disputed))
    return [one for key in order for one in (before if key in disputed else there).get(key, [])]


def with_known_pictures(base: Iterable[ImportedPassage], theirs: Iterable[ImportedPassage]) -> list[ImportedPassage]:
    """`theirs`, where a picture that could not be fetched this time is the one that `base` has."""
    known = {(one.kind, one.text): one for one in base if "<img" in one.html}
    return [_pictured(known.get((one.kind, one.text), one), one) for one in theirs]


def _pictured(known: ImportedPassage, one: ImportedPassage) -> ImportedPassage:
    return known if one.html.count("<img") < known.html.count("<img") else one
