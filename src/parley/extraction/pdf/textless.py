"""Pages without text: they are shown as pictures, and a PDF that has no other pages is refused."""

import re
from collections.abc import Iterator, Sequence
from itertools import count, groupby

import pypdfium2

from parley.extraction.errors import CannotImport
from parley.extraction.html.extract import Extracted
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.pdf.document import Page
from parley.extraction.pdf.figures import MOST_FIGURES, as_address
from parley.extraction.pdf.properties import Properties
from parley.platform.text.messages import N_

_FEWEST_LETTERS = 25  # an article has more
_EMPTY = N_("This PDF is empty: its pages have neither text nor pictures.")
_TOO_SHORT = N_("This PDF is too short for an article: it has only a few words.")
_SCANNED = N_(
    "This PDF is a scan: it has pictures of pages, and no text. "
    "Run text recognition (OCR) on it and try again, or paste its text here."
)
_UNREADABLE = N_(
    "The fonts of this PDF do not say which letters they draw, so its text cannot be read. "
    "Run text recognition (OCR) on it and try again, or paste its text here."
)
# Runs of letters, or letters of scripts without spaces: .54 of all signs and more in real papers, .30 in garbage.
_WORDS = re.compile(r"[^\W\d_]{3,}|[\u3040-\u9fff\uac00-\ud7af]+")
# The dots between a heading and its page number are neither words nor garbage.
_LEADERS = re.compile(r"[.\u2026\s]+")
_FEWEST_IN_WORDS = 0.4
_SCANNED_LETTERS = 40  # a page; a scan may have a stamp or a page number in letters
_MOST_OF_PAGE = 0.5
_SCALE, _MOST_PIXELS = 2.0, 1600  # pixels a point, and on each side


def refuse_without_text(pages: Sequence[Page], properties: Properties) -> None:
    """Raise CannotImport if the pages together are empty, a scan, or in fonts that cannot be read."""
    letters = sum(map(_letters, pages))
    is_scan = letters < max(_FEWEST_LETTERS, _SCANNED_LETTERS * len(pages))
    if not is_scan and _has_words(pages):
        return
    is_drawn = any(page.drawings for page in pages)
    lacking = _SCANNED if is_drawn else _TOO_SHORT if letters else _EMPTY
    error = CannotImport(lacking if is_scan else _UNREADABLE)
    error.found = Extracted(title=properties.title or None, html="", byline=properties.authors)
    raise error


def _letters(page: Page) -> int:
    return sum(len(word.text) for word in page.words)


def _has_words(pages: Sequence[Page]) -> bool:
    """Whether the signs are mostly words, not the numbers that a font without names gave to its letters."""
    text = " ".join(word.text for page in pages for word in page.words)
    signs = len(_LEADERS.sub("", text))
    return sum(map(len, _WORDS.findall(text))) >= _FEWEST_IN_WORDS * signs


def picture_pages(pages: Sequence[Page]) -> list[Page]:
    """Return the pages that are a picture and have next to no text."""
    return [page for page in pages if _letters(page) < _SCANNED_LETTERS and any(_is_most(page))]


def _is_most(page: Page) -> Iterator[bool]:
    for drawn in page.drawings:
        yield drawn.width * drawn.height > _MOST_OF_PAGE * page.width * page.height


def with_pictures(
    document: pypdfium2.PdfDocument, pages: Sequence[Page], passages: Sequence[ImportedPassage]
) -> list[ImportedPassage]:
    """Return the passages with a picture of each of the `pages`, in its place."""
    added = [_passage(document, page) for page in pages[:MOST_FIGURES]]
    return sorted([*passages, *added], key=lambda passage: passage.page or 0)


def _passage(document: pypdfium2.PdfDocument, page: Page) -> ImportedPassage:
    drawn = document[page.number - 1]
    scale = min(_SCALE, _MOST_PIXELS / max(page.width, page.height))
    picture = as_address(drawn.render(scale=scale).to_pil())
    drawn.close()
    label = f"p. {page.number}"
    html = f'<figure><img src="{picture}" alt="{label}"><figcaption>{label}</figcaption></figure>'
    return ImportedPassage("figure", None, html, label, page.number)


def ranges(numbers: Sequence[int]) -> str:
    """Return ascending numbers in words: a run of three as its first and its last one."""
    counter = count()
    runs = [list(run) for _, run in groupby(numbers, lambda number: number - next(counter))]
    return ", ".join(f"{run[0]}\u2013{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
