"""From words that somebody selected to a selector that finds them again."""

from collections.abc import Sequence

import msgspec

from parley.articles.words import collapsed, folded
from parley.comments.anchoring.document import Document, DocumentBlock, Span

# Of words that stand in a passage very often, one of the first is taken: each costs a comparison of its letters.
MOST_FOUND = 2_000
MOST_COMPARED = 1_000_000


class Selector(msgspec.Struct, frozen=True):
    """Words of an article. They begin in the passage `lineage` and may run on over the following ones.

    `quote` is what the article says there, passages joined by a space; "" means the whole passage. `prefix` and
    `suffix` are up to `CONTEXT` characters of the text around it, across the borders of passages.
    """

    lineage: int
    quote: str
    prefix: str = ""
    suffix: str = ""


def select(passages: Sequence[DocumentBlock], lineage: int, quote: str, prefix: str = "") -> Selector | None:
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
    found = _found(document, at, folded("".join(quote.split())))
    if not found:
        return None
    before = folded(collapsed(prefix))
    start, end = max(found, key=lambda span: document.context(span, before, ""))
    return Selector(lineage, document.text[start:end], *document.around((start, end)))


def _found(document: Document, passage: int, letters: str) -> list[Span]:
    """Where `letters` begin in a passage.

    Browsers put white space between blocks and cells in their own ways: it may be anywhere, or nowhere.
    """
    start, end = document.positions((passage, passage + 1))
    # White space is collapsed, so that there is at most one space a letter.
    places = [at for at in range(start, min(end + 2 * len(letters), len(document.plain))) if document.plain[at] != " "]
    text = "".join([document.plain[at] for at in places])
    found: list[Span] = []
    at = text.find(letters)
    while at >= 0 and places[at] < end and len(found) < min(MOST_FOUND, MOST_COMPARED // len(letters)):
        found.append((places[at], places[at + len(letters) - 1] + 1))
        at = text.find(letters, at + 1)
    return found
