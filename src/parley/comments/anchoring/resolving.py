"""Finding the words of anchors again in a new revision of their article."""

from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from parley.articles.budget import Budget, for_anchors
from parley.comments.anchoring.document import Document, DocumentBlock
from parley.comments.anchoring.finding import Finder
from parley.comments.anchoring.selecting import Selector

State = Literal["same", "changed", "moved", "lost"]


class Resolution(msgspec.Struct, frozen=True):
    """Where an anchor stands in a new revision.

    `same`: the words are there, verbatim, at their place. `moved`: verbatim at another place. `changed`: edited.
    `lost`: gone, or nobody can tell which place is meant; `lineage` is then the one it had. `last` is the lineage of
    the passage in which the words end. `quote` is what they are now ("" for a whole passage, or when lost).
    `confidence` goes from 0 to 1. `prefix` and `suffix` are the text around them now.
    """

    state: State
    lineage: int
    last: int
    quote: str
    confidence: float
    prefix: str = ""
    suffix: str = ""


def resolve(
    selectors: Sequence[Selector],
    former: Sequence[DocumentBlock],
    new: Sequence[DocumentBlock],
    merged: Mapping[int, int],
    budget: Budget | None = None,
) -> list[Resolution]:
    """Where each of `selectors`, which stand on the revision `former`, stands in `new`.

    `merged` has, for a lineage that has no passage in `new` because it was merged into another, the lineage of the
    passage that holds its words now. The work has a `budget` (articles/budget.py), its own unless it shares one: past
    it, only words in passages that read as they did are found.
    """
    different = dict.fromkeys(selectors)
    finder = Finder(Document(former), Document(new), merged, budget or for_anchors(len(different)))
    stayed = _in_order(finder.old.lineages, finder.new.place)
    found = {one: (_words if one.quote else _passage)(one, finder, stayed) for one in different}
    return [found[one] for one in selectors]


def _words(anchor: Selector, finder: Finder, stayed: Container[int]) -> Resolution:
    place = finder.find(anchor)
    if place is None:
        return _lost(anchor)
    new, (start, end) = finder.new, place.span
    first, last = new.lineages[new.at(start)], new.lineages[new.at(end - 1)]
    state = _state(anchor.lineage, first, place.likeness, stayed)
    return Resolution(state, first, last, new.text[start:end], place.likeness, *new.around(place.span))


def _passage(anchor: Selector, finder: Finder, stayed: Container[int]) -> Resolution:
    found = finder.find_passage(anchor.lineage)
    if found is None:
        return _lost(anchor)
    lineage, likeness = found
    return Resolution(_state(anchor.lineage, lineage, likeness, stayed), lineage, lineage, "", likeness)


def _lost(anchor: Selector) -> Resolution:
    return Resolution("lost", anchor.lineage, anchor.lineage, "", 0.0)


def _state(was: int, now: int, likeness: float, stayed: Container[int]) -> State:
    if likeness < 1:
        return "changed"
    return "same" if was == now and now in stayed else "moved"


def _in_order(old: Sequence[int], new: Mapping[int, int]) -> set[int]:
    """The lineages that did not move past others: as many as can be said to have stayed.

    They are a longest subsequence of `old` whose places in `new` rise; of several, one that begins early.
    """
    places = [(new[one], one) for one in old if one in new]
    lengths = _rising(place for place, _ in places)
    wanted, stayed, last = max(lengths, default=0), set(), -1
    for (place, lineage), length in zip(places, lengths, strict=True):
        if length == wanted and place > last:
            stayed.add(lineage)
            last, wanted = place, wanted - 1
    return stayed


def _rising(numbers: Iterable[int]) -> list[int]:
    """For each of different numbers, the length of the longest rising subsequence that begins with it."""
    # Negated and from the end, so that the next one in a subsequence is a lower one: `ends[n]` is the lowest in which
    # one of n + 1 numbers ends.
    ends: list[int] = []
    lengths: list[int] = []
    for number in reversed(list(numbers)):
        at = bisect_left(ends, -number)
        ends[at : at + 1] = [-number]
        lengths.append(at + 1)
    return lengths[::-1]
