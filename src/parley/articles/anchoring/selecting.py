"""From words that a member selected to a selector that finds them again."""

from collections.abc import Sequence

import msgspec

from parley.articles.anchoring.document import DocumentBlock, Letters, RevisionText, Span
from parley.extraction.text.words import collapse, fold

# Of words that occur very often in a passage, only the first occurrences are compared: each comparison takes time.
MOST_FOUND = 2_000
MOST_COMPARED = 1_000_000


class Selector(msgspec.Struct, frozen=True):
    """Words of an article. They begin in the passage `lineage` and may continue in the following ones.

    `quote` is the article's text, with passages joined by a space; "" means the whole passage. `prefix` and `suffix`
    are up to `CONTEXT` characters of the text around it, which may be in other passages.
    """

    lineage: int
    quote: str
    prefix: str = ""
    suffix: str = ""


def select(passages: Sequence[DocumentBlock], lineage: int, quote: str, prefix: str = "") -> Selector | None:
    """Return the selector of `quote`, which begins in the passage `lineage`, or None if the words are not there.

    White space, typographic quotation marks and dashes may differ from the article's; case may not. Of several
    occurrences, the one whose preceding text agrees most with `prefix` is selected, else the first. An empty quote
    selects the whole passage.
    """
    document = RevisionText(passages)
    passage = document.index.get(lineage)
    if passage is None:
        return None
    if not quote.strip():
        return Selector(lineage, "")
    spans = _occurrences(document, passage, fold("".join(quote.split())))
    if not spans:
        return None
    before = fold(collapse(prefix))
    start, end = max(spans, key=lambda span: document.matching_context(span, before, ""))
    return Selector(lineage, document.text[start:end], *document.around((start, end)))


def select_near(document: RevisionText, lineage: int, quote: str) -> Selector | None:
    """Return the selector of `quote` in the passage nearest to `lineage` that has it, or None if there is none."""
    wanted, near, letters = fold("".join(quote.split())), document.index.get(lineage, 0), document.letters
    if not wanted or not letters.text:
        return None
    around = _around(letters, letters.from_position(document.starts[near]), wanted)
    if not around:
        return None
    passage = min((document.at(letters.positions[at]) for at in around), key=lambda at: (abs(at - near), at))
    first = letters.text.find(wanted, letters.from_position(document.starts[passage]))
    start, end = letters.span(first, len(wanted))
    return Selector(document.lineages[passage], document.text[start:end], *document.around((start, end)))


def _around(letters: Letters, index: int, wanted: str) -> list[int]:
    """Return where `wanted` begins last before a letter, and first from it on."""
    text = letters.text
    # `rfind` would compare every letter of both where they are alike.
    before = text[: index + len(wanted) - 1][::-1].find(wanted[::-1])
    places = (index - 1 - before if before >= 0 else -1, text.find(wanted, index))
    return [at for at in places if at >= 0]


def _occurrences(document: RevisionText, passage: int, letters: str) -> list[Span]:
    """Return where `letters` occur, beginning in a passage.

    White space is ignored: browsers differ in the white space that they put between blocks and cells.
    """
    start, end = document.positions((passage, passage + 1))
    # White space is collapsed, so there is at most one space per letter.
    positions = [
        at for at in range(start, min(end + 2 * len(letters), len(document.plain))) if document.plain[at] != " "
    ]
    text = "".join([document.plain[at] for at in positions])
    spans: list[Span] = []
    at = text.find(letters)
    while at >= 0 and positions[at] < end and len(spans) < min(MOST_FOUND, MOST_COMPARED // len(letters)):
        spans.append((positions[at], positions[at + len(letters) - 1] + 1))
        at = text.find(letters, at + 1)
    return spans
