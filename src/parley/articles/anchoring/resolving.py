"""Finding the words of anchors again in a new revision of their article."""

from collections.abc import Container, Mapping, Sequence
from typing import Literal

import msgspec

from parley.articles.anchoring.document import DocumentBlock, RevisionText
from parley.articles.anchoring.finding import Finder
from parley.articles.anchoring.selecting import Selector
from parley.articles.revisions.budget import Budget, for_anchors
from parley.articles.revisions.lineage import in_order
from parley.extraction.text.words import collapse, fold

State = Literal["same", "changed", "moved", "kept", "lost"]


class Resolution(msgspec.Struct, frozen=True):
    """Where an anchor is in a new revision.

    `same`: the words are verbatim in the same passage. `moved`: verbatim in another place. `changed`: edited. `kept`:
    the words were not found, or not for certain, but the article still has their passage, or the one that it was merged
    into. `lost`: that passage is gone, too; `lineage` is then the former one. `last` is the lineage of the passage in
    which the words end. `quote` is how they read now ("" for a whole passage, and if they were not found). `confidence`
    goes from 0 to 1. `prefix` and `suffix` are the text around them now.
    """

    state: State
    lineage: int
    last: int
    quote: str
    confidence: float
    prefix: str = ""
    suffix: str = ""

    @property
    def is_found(self) -> bool:
        return self.state not in {"kept", "lost"}


def resolve(
    selectors: Sequence[Selector],
    former: Sequence[DocumentBlock],
    new: Sequence[DocumentBlock],
    merged: Mapping[int, int],
    budget: Budget | None = None,
) -> list[Resolution]:
    """Find each of `selectors`, which were created on the revision `former`, in the revision `new`.

    `merged` maps a lineage without a passage in `new` to the lineage that it was merged into. The work has a `budget`
    (revisions/budget.py), its own unless it shares one: once it is used up, only words in unchanged passages are found.
    """
    distinct = dict.fromkeys(selectors)
    finder = Finder(RevisionText(former), RevisionText(new), merged, budget or for_anchors(len(distinct)))
    stayed = in_order(finder.old.lineages, finder.new.index)
    resolved = {selector: (_words if selector.quote else _passage)(selector, finder, stayed) for selector in distinct}
    return [resolved[selector] for selector in selectors]


def _words(anchor: Selector, finder: Finder, stayed: Container[int]) -> Resolution:
    candidate = finder.find(anchor)
    if candidate is None:
        return _resolve_kept(anchor, finder)
    new, (start, end) = finder.new, candidate.span
    first, last = new.lineages[new.at(start)], new.lineages[new.at(end - 1)]
    is_same = new.plain[start:end] == fold(collapse(anchor.quote))
    state = _state(anchor.lineage, first, stayed) if is_same else "changed"
    return Resolution(state, first, last, new.text[start:end], candidate.similarity, *new.around(candidate.span))


def _passage(anchor: Selector, finder: Finder, stayed: Container[int]) -> Resolution:
    nearest = finder.find_passage(anchor.lineage)
    if nearest is None:
        return _resolve_lost(anchor)
    lineage, similarity = nearest
    state = _state(anchor.lineage, lineage, stayed) if similarity == 1 else "changed"
    return Resolution(state, lineage, lineage, "", similarity)


def _resolve_kept(anchor: Selector, finder: Finder) -> Resolution:
    now = finder.continued(anchor.lineage)
    if now not in finder.new.index or finder.old_span(anchor) is None:
        return _resolve_lost(anchor)
    return Resolution("kept", now, now, "", 0.0)


def _resolve_lost(anchor: Selector) -> Resolution:
    return Resolution("lost", anchor.lineage, anchor.lineage, "", 0.0)


def _state(former: int, now: int, stayed: Container[int]) -> State:
    return "same" if former == now and now in stayed else "moved"
