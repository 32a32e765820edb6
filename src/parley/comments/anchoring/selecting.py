"""From words that somebody selected to a selector that finds them again."""

import re
from collections.abc import Sequence

import msgspec

from parley.articles.words import collapsed, folded
from parley.comments.anchoring.document import Block, Document


class Selector(msgspec.Struct, frozen=True):
    """Words of an article. They begin in the passage `lineage` and may run on over the following ones.

    `quote` is what the article says there, passages joined by a space; "" means the whole passage. `prefix` and
    `suffix` are up to `CONTEXT` characters of the text around it, across the borders of passages.
    """

    lineage: int
    quote: str
    prefix: str = ""
    suffix: str = ""


def select(passages: Sequence[Block], lineage: int, quote: str, prefix: str = "") -> Selector | None:
    """The selector of `quote`, which begins in the passage `lineage`, or None when its words are not there.

    White space, typographic quotation marks and dashes need not be as the article has them; case must be. Of several
    occurrences the one that stands after most of `prefix` is taken, else the first. An empty quote selects the whole
    passage.
    """
    document = Document(passages)
    at = document.place.get(lineage)
    if at is None:
        return None
    if not quote.strip():
        return Selector(lineage, "")
    found = [match.span(1) for match in _pattern(quote).finditer(document.plain, document.starts[at])]
    found = [(start, end) for start, end in found if start < document.ends[at]]
    if not found:
        return None
    before = folded(collapsed(prefix))
    start, end = max(found, key=lambda span: document.context(span, before, ""))
    return Selector(lineage, document.text[start:end], *document.around((start, end)))


def _pattern(quote: str) -> re.Pattern[str]:
    """Browsers put white space between blocks and cells in their own ways: it may be anywhere, or nowhere."""
    letters = map(re.escape, folded("".join(quote.split())))
    return re.compile("(?=(" + r"\s*".join(letters) + "))")
