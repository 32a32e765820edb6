"""Finding the words of anchors again in a new revision of their article."""

from collections.abc import Container, Mapping, Sequence
from typing import Literal

import msgspec
from rapidfuzz.distance import LCSseq

from parley.articles.words import Coder
from parley.comments.anchoring.document import Block, Document
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
    former: Sequence[Block],
    new: Sequence[Block],
    merged: Mapping[int, int],
) -> list[Resolution]:
    """Where each of `selectors`, which stand on the revision `former`, stands in `new`.

    `merged` has, for a lineage that has no passage in `new` because it was merged into another, the lineage of the
    passage that holds its words now.
    """
    finder = Finder(Document(former), Document(new), merged)
    stayed = _in_order(finder.old.lineages, finder.new.lineages)
    return [(_words if one.quote else _passage)(one, finder, stayed) for one in selectors]


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


def _in_order(old: Sequence[int], new: Sequence[int]) -> set[int]:
    """The lineages that did not move past others: as many as can be said to have stayed."""
    coder = Coder()
    runs = LCSseq.opcodes(coder.code(map(str, old)), coder.code(map(str, new)))
    return {one for run in runs if run.tag == "equal" for one in new[run.dest_start : run.dest_end]}
