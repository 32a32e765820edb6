"""Tying comments to words of an article, and finding those words again after it was revised.

An anchor is a W3C TextQuoteSelector (https://www.w3.org/TR/annotation-model/#text-quote-selector) on the lineage of a
passage instead of on a whole document.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

CONTEXT = 32  # characters kept of the text before and after a quote, as Hypothesis does


class Block(msgspec.Struct, frozen=True):
    """A passage of a revision: its lineage and its words."""

    lineage: int
    text: str


class Selector(msgspec.Struct, frozen=True):
    """Words of an article. They begin in the passage `lineage` and may run on over the following ones.

    `quote` is what the article says there, passages joined by a space; "" means the whole passage. `prefix` and
    `suffix` are up to `CONTEXT` characters of the text around it, across the borders of passages.
    """

    lineage: int
    quote: str
    prefix: str = ""
    suffix: str = ""


class Resolution(msgspec.Struct, frozen=True):
    """Where an anchor stands in a new revision.

    `same`: the words are there, verbatim, at their place. `moved`: verbatim at another place. `changed`: edited.
    `lost`: gone, or nobody can tell which place is meant; `lineage` is then the one it had. `last` is the lineage of
    the passage in which the words end. `quote` is what they are now ("" for a whole passage, or when lost).
    `confidence` goes from 0 to 1.
    """

    state: Literal["same", "changed", "moved", "lost"]
    lineage: int
    last: int
    quote: str
    confidence: float


def select(passages: Sequence[Block], lineage: int, quote: str, prefix: str = "") -> Selector | None:
    """The selector of `quote`, which begins in the passage `lineage`, or None when its words are not there.

    White space, typographic quotation marks and dashes need not be as the article has them; case must be. Of several
    occurrences the one after `prefix` is taken, else the first. An empty quote selects the whole passage.
    """
    at = next((at for at, one in enumerate(passages) if one.lineage == lineage), None)
    if at is None:
        return None
    text = " ".join(one.text for one in passages[at:])
    after = text.find(prefix + quote)
    start = after + len(prefix) if after >= 0 else text.find(" ".join(quote.split()))
    if start < 0 or start > len(passages[at].text):
        return None
    before = " ".join(one.text for one in passages[:at]) + " " + text[:start]
    end = start + len(quote)
    return Selector(lineage, text[start:end], before[-CONTEXT:], text[end : end + CONTEXT])


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
    texts = {one.lineage: one.text for one in new}
    were = {one.lineage: one.text for one in former}
    return [_resolve(one, were.get(one.lineage, ""), texts, merged) for one in selectors]


def _resolve(anchor: Selector, old: str, texts: Mapping[int, str], merged: Mapping[int, int]) -> Resolution:
    at = anchor.lineage if anchor.lineage in texts else merged.get(anchor.lineage)
    if at is None or anchor.quote not in texts.get(at, ""):
        return Resolution("lost", anchor.lineage, anchor.lineage, "", 0.0)
    same = at == anchor.lineage and (bool(anchor.quote) or texts[at] == old)
    state: Literal["same", "changed", "moved"] = "same" if same else "moved" if anchor.quote else "changed"
    return Resolution(state, at, at, anchor.quote, 1.0)
