"""Reading the article in a PDF."""

import re
from collections.abc import Sequence

from parley.extraction.errors import CannotImport
from parley.extraction.html.extract import Extracted
from parley.extraction.html.passages import MOST_PASSAGES, ImportedPassage
from parley.extraction.notes.linking import link_notes
from parley.extraction.pdf.blocks import CAPTION, LABEL, TextBlock, cut_into_blocks
from parley.extraction.pdf.columns import first_page_in_reading_order, in_reading_order
from parley.extraction.pdf.contents import without_contents
from parley.extraction.pdf.document import Page, open_pdf, read_pages
from parley.extraction.pdf.figures import MOST_FIGURES, add_figures
from parley.extraction.pdf.footnotes import take_footnotes
from parley.extraction.pdf.formulas import add_formulas, mark_formulas
from parley.extraction.pdf.furniture import without_cover, without_furniture
from parley.extraction.pdf.head import take_head
from parley.extraction.pdf.headings import mark_headings
from parley.extraction.pdf.hyphens import Vocabulary
from parley.extraction.pdf.passages import as_passages, note_passages
from parley.extraction.pdf.properties import read_properties
from parley.extraction.pdf.strays import add_strays
from parley.extraction.pdf.textless import picture_pages, ranges, refuse_without_text, with_pictures
from parley.extraction.pdf.typography import typography_of
from parley.platform.text.directions import direction_of
from parley.platform.text.messages import N_

_REFERENCES = re.compile(
    r"[\dIVX. ]*(?:references(?:\s+and\s+notes)?|bibliography|works cited|literature cited|literatur(?:verzeichnis)?"
    r"|bibliographie|referencias|bibliografía|referências)\W*",
    re.IGNORECASE,
)
_MOSTLY = 0.9
_FEWEST_WORDS = 2


def read_pdf(data: bytes, title: str = "") -> tuple[Extracted, list[ImportedPassage]]:
    """Read the article in a PDF. Raises CannotImport when it is locked, damaged, too long, or only a scan."""
    document = open_pdf(data)
    properties = read_properties(document)
    readable = list(read_pages(document))
    pages = without_cover(readable)
    refuse_without_text(pages, properties)
    segments = without_furniture(pages)
    lines = first_page_in_reading_order(segments[pages[0].number], pages[0].number)
    lines += [line for page in pages[1:] for line in in_reading_order(segments[page.number], page.number)]
    lines = without_contents(lines)
    typography = typography_of(lines)
    vocabulary = Vocabulary(lines)
    text, notes = take_footnotes(lines, typography)
    mark_formulas(text, typography)
    blocks = cut_into_blocks(text, typography)
    mark_headings(blocks, typography)
    head, blocks = take_head(blocks, typography, properties, pages[0].turned)
    mark_kinds(blocks)
    blocks = add_figures(document, pages, blocks)
    by_number = {page.number: page for page in pages}
    blocks = add_strays(document, by_number, blocks)
    add_formulas(document, by_number, blocks, text)
    pictures = picture_pages(pages)
    passages = with_pictures(document, pictures, list(as_passages(blocks, vocabulary, by_number)))
    passages = link_notes([*passages, *note_passages(notes, vocabulary, by_number)])
    if len(passages) > MOST_PASSAGES:
        raise CannotImport(
            N_("This has more than {most_passages} paragraphs. Please make it several articles."),
            most_passages=MOST_PASSAGES,
        )
    words = " ".join(passage.text for passage in passages)
    extracted = Extracted(
        title=head.title or title or None,
        html="",
        byline=head.authors,
        dir=direction_of(words),
        published_at=head.published_at,
        updated_at=head.updated_at,
        canonical_url=head.canonical_url,
        where=head.where | _unread(len(document), readable, pictures),
    )
    return extracted, passages


def _unread(total: int, readable: Sequence[Page], pictures: Sequence[Page]) -> dict[str, str]:
    """What the preview says of the pages: how many there are, which are pictures, and which are missing."""
    damaged = sorted(set(range(1, total + 1)) - {page.number for page in readable})
    shown, lost = pictures[:MOST_FIGURES], [page.number for page in pictures[MOST_FIGURES:]]
    return {
        "pages": str(total),
        "picture_pages": ranges([page.number for page in shown]),
        "missing_pages": ranges(sorted({*damaged, *lost})),
    }


def mark_kinds(blocks: Sequence[TextBlock]) -> None:
    """Set the kinds of blocks that are still paragraphs."""
    in_references, level = False, 0
    for block in blocks:
        if block.kind == "heading":
            if _REFERENCES.fullmatch(block.text):
                in_references, level = True, block.level or 0
            elif in_references and (block.level or 0) <= level:
                in_references = False
        elif block.kind == "picture":
            continue
        elif CAPTION.match(block.text):
            block.kind = "caption"
        elif in_references:
            block.kind = "reference"
        elif block.share("is_mono") > _MOSTLY:
            block.kind = "code"
        elif _is_item(block):
            block.kind = "item"


def _is_item(block: TextBlock) -> bool:
    first = block.lines[0]
    return len(first.words) >= _FEWEST_WORDS and bool(LABEL.match(first.words[0].text)) and not first.words[1].glued
