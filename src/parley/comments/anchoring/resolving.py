"""Finding the words of anchors again in a new revision of their article."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from rapidfuzz import fuzz
from rapidfuzz.distance import Indel, LCSseq

from parley.articles.words import WORD, Coder, collapsed, folded
from parley.comments.anchoring.document import Block, Document, Span
from parley.comments.anchoring.regions import Hoods
from parley.comments.anchoring.selecting import Selector

FOLLOWED = 0.5
FOUND = 0.75
TELLING = 4

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
    revision = _Revision(Document(former), Document(new), merged)
    return [revision.resolve(one) for one in selectors]


class _Revision:
    """Two revisions of an article, and what was worked out about them for all anchors."""

    def __init__(self, old: Document, new: Document, merged: Mapping[int, int]) -> None:
        self.old, self.new = old, new
        self.hoods = Hoods(old, new, merged)
        self._in_order = in_order(old.lineages, new.lineages)

    def resolve(self, anchor: Selector) -> Resolution:
        if not anchor.quote:
            return self._whole(anchor)
        was = self._where(anchor)
        if was is None:
            return lost(anchor)
        quote = self.old.plain[slice(*was)]
        return (
            self._unchanged(anchor, was)
            or self._followed(anchor, quote, was)
            or self._elsewhere(anchor, quote)
            or self._searched(quote, was)
            or lost(anchor)
        )

    def _where(self, anchor: Selector) -> Span | None:
        """Where the anchor stands on the former text."""
        at = self.old.place.get(anchor.lineage)
        if at is None:
            return None
        quote = folded(collapsed(anchor.quote))
        start, end = self.old.starts[at], self.old.ends[at]
        spans = [(one, one + len(quote)) for one in self.old.find(quote, start, end + len(quote)) if one < end]
        return max(spans, key=lambda span: self.old.context(span, anchor.prefix, anchor.suffix), default=None)

    def _unchanged(self, anchor: Selector, was: Span) -> Resolution | None:
        """Passages that read as they did."""
        first, last = self.old.at(was[0]), self.old.at(was[1] - 1)
        at = self.new.place.get(anchor.lineage)
        if at is None or at + last - first >= len(self.new.lineages):
            return None
        if self.old.passages(first, last + 1) != self.new.passages(at, at + last - first + 1):
            return None
        start = was[0] - self.old.starts[first] + self.new.starts[at]
        return self._found(anchor, (start, start + was[1] - was[0]))

    def _followed(self, anchor: Selector, quote: str, was: Span) -> Resolution | None:
        """By what became of each word around it."""
        region = self.hoods.region(self.old.at(was[0]), self.old.at(was[1] - 1))
        if region is None:
            return None
        now = region.follow(*was)
        if now is not None and self.new.plain[slice(*now)] == quote:
            return self._found(anchor, now)
        others = set(self.old.find(quote, *region.old)) - {was[0]}
        kept = {span[0] for one in others if (span := region.follow(one, one + len(quote)))}
        places = [(one, one + len(quote)) for one in self.new.find(quote, *region.new) if one not in kept]
        if places:
            aim = now[0] if now else region.new[0]
            best = max(places, key=lambda span: (self._context(span, anchor), -abs(span[0] - aim)))
            return self._found(anchor, best)
        if now is None:
            return None
        likeness = Indel.normalized_similarity(quote, self.new.plain[slice(*now)])
        return self._edited(now, likeness) if likeness >= FOLLOWED else None

    def _elsewhere(self, anchor: Selector, quote: str) -> Resolution | None:
        """Verbatim in a passage that did not have these words before."""
        places = [
            (at, at + len(quote))
            for at in self.new.find(quote, 0, len(self.new.plain))
            if not self._was_there(quote, self.new.at(at))
        ]
        if not places or not telling(quote):
            return None
        scores = sorted(((self._context(span, anchor), span) for span in places), reverse=True)
        if len(scores) > 1 and scores[0][0] == scores[1][0]:
            return None
        return self._found(anchor, scores[0][1])

    def _was_there(self, quote: str, index: int) -> bool:
        before = self.old.place.get(self.new.lineages[index])
        return before is not None and quote in self.old.passages(before, before + 1)

    def _searched(self, quote: str, was: Span) -> Resolution | None:
        """Edited, in or beside its passage, at another place than the words around it."""
        hood = self.hoods.around(self.old.at(was[0]), self.old.at(was[1] - 1))
        if hood is None:
            return None
        start, end = self.new.positions(hood)
        if end - start < len(quote):
            return None
        text = self.new.plain[start:end]
        found = fuzz.partial_ratio_alignment(quote, text, score_cutoff=100 * FOUND)
        if found is None or found.score < 100 * FOUND:
            return None
        return self._edited((start + found.dest_start, start + found.dest_end), found.score / 100)

    def _context(self, span: Span, anchor: Selector) -> int:
        return self.new.context(span, anchor.prefix, anchor.suffix)

    def _whole(self, anchor: Selector) -> Resolution:
        was, now = self.old.place.get(anchor.lineage), self.new.place.get(anchor.lineage)
        if now is None:
            now = self.new.place.get(self.hoods.merged.get(anchor.lineage, -1))
        if was is None or now is None:
            return lost(anchor)
        before, after = self.old.passages(was, was + 1), self.new.passages(now, now + 1)
        lineage = self.new.lineages[now]
        if lineage == anchor.lineage and before == after:
            return Resolution(self._state(anchor.lineage, lineage), lineage, lineage, "", 1.0)
        return Resolution("changed", lineage, lineage, "", Indel.normalized_similarity(before, after))

    def _found(self, anchor: Selector, span: Span) -> Resolution:
        at = self.new.at(span[0])
        lineage = self.new.lineages[at]
        return self._resolution(self._state(anchor.lineage, lineage), span, 1.0)

    def _edited(self, span: Span, likeness: float) -> Resolution:
        return self._resolution("changed", span, likeness)

    def _state(self, was: int, now: int) -> State:
        return "same" if was == now and now in self._in_order else "moved"

    def _resolution(self, state: State, span: Span, confidence: float) -> Resolution:
        first, last = self.new.at(span[0]), self.new.at(span[1] - 1)
        prefix, suffix = self.new.around(span)
        words = self.new.text[slice(*span)]
        return Resolution(state, self.new.lineages[first], self.new.lineages[last], words, confidence, prefix, suffix)


def lost(anchor: Selector) -> Resolution:
    return Resolution("lost", anchor.lineage, anchor.lineage, "", 0.0)


def telling(quote: str) -> bool:
    return len(WORD.findall(quote)) >= TELLING


def in_order(old: Sequence[int], new: Sequence[int]) -> set[int]:
    """The passages that did not move past others: as many as can be said to have stayed."""
    coder = Coder()
    runs = LCSseq.opcodes(coder.code(map(str, old)), coder.code(map(str, new)))
    return {one for run in runs if run.tag == "equal" for one in new[run.dest_start : run.dest_end]}
