"""Opening a PDF and reading its pages. PDFium does the parsing."""

import ctypes
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pypdfium2
from pypdfium2 import raw

from parley.extraction.errors import CannotImport
from parley.extraction.pdf.fonts import Fonts
from parley.extraction.pdf.frames import Frame
from parley.extraction.pdf.letters import join_letters, read_letters
from parley.extraction.pdf.right_to_left import is_right_to_left, mirror
from parley.extraction.pdf.words import Box, Word
from parley.platform.text.messages import N_

_MOST_LINKS = 2_000  # on one page
_LONGEST = 2_000
MOST_PAGES = 500
_MOST_DRAWINGS = 20_000
_DRAWN = (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING, raw.FPDF_PAGEOBJ_FORM)
_PASSWORD = N_("This PDF is locked with a password. Save it without the password, or paste its text.")
_DAMAGED = N_("This document is damaged, so it cannot be read. Open it yourself, copy the text, and paste it here.")
_TOO_LONG = N_(
    "This PDF has {pages} pages; {most} can be read. Save the part that is to be discussed as a PDF of its own."
)


class Page(msgspec.Struct):
    """One page. `drawings` are the places of pictures and lines, `turned` is text in another direction.

    It `is_upright` if its picture is as its text is read, so that places on it are places in its picture.
    """

    number: int
    width: float
    height: float
    frame: Frame
    words: list[Word]
    drawings: list[Box]
    turned: str
    is_upright: bool = True


def open_pdf(data: bytes) -> pypdfium2.PdfDocument:
    """Open a PDF. Raises CannotImport when it is locked, damaged or too long."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == raw.FPDF_ERR_PASSWORD
        raise CannotImport(_PASSWORD if locked else _DAMAGED) from None
    if not len(document):
        raise CannotImport(_DAMAGED)
    if len(document) > MOST_PAGES:
        raise CannotImport(_TOO_LONG, pages=len(document), most=MOST_PAGES)
    return document


def read_pages(document: pypdfium2.PdfDocument) -> Iterator[Page]:
    """Yield the pages that can be read. A damaged page is left out."""
    fonts = Fonts()
    for number in range(len(document)):
        try:
            page = document[number]
            text_page = page.get_textpage()
        except pypdfium2.PdfiumError:
            continue
        yield _page(document.raw, number + 1, page, text_page.raw, fonts)
        text_page.close()
        page.close()


def _page(document: Any, number: int, page: Any, text_page: Any, fonts: Fonts) -> Page:
    letters = read_letters(text_page, fonts)
    is_mirrored = is_right_to_left(letters)
    joined_words = list(join_letters(mirror(letters) if is_mirrored else letters))
    rotations = Counter[int]()
    for rotation, word in joined_words:
        rotations[rotation] += len(word.text)
    main = rotations.most_common(1)[0][0] if rotations else 0
    left, bottom, right, top = page.get_bbox()
    frame = Frame(left, bottom, right, top, main, is_mirrored)
    words = [word for rotation, word in joined_words if rotation == main and frame.shows(frame.put(word))]
    read_links(page.raw, document, frame, words)
    width, height = (max(length, 1.0) for length in frame.size)
    turned = " ".join(word.text for rotation, word in joined_words if rotation != main)
    is_upright = not main and not page.get_rotation()
    return Page(number, width, height, frame, words, list(_drawings(page, frame)), turned, is_upright)


def _drawings(page: Any, frame: Frame) -> Iterator[Box]:
    edges = [ctypes.c_float() for _ in range(4)]
    for at in range(min(raw.FPDFPage_CountObjects(page.raw), _MOST_DRAWINGS)):
        drawn = raw.FPDFPage_GetObject(page.raw, at)
        if raw.FPDFPageObj_GetType(drawn) in _DRAWN and raw.FPDFPageObj_GetBounds(drawn, *map(ctypes.byref, edges)):
            yield frame.box(*(edge.value for edge in edges))


def read_links(page: Any, document: Any, frame: Frame, words: list[Word]) -> None:
    """Set the addresses of the words that are links."""
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    rectangle = raw.FS_RECTF()
    for _ in range(_MOST_LINKS):
        if not raw.FPDFLink_Enumerate(page, ctypes.byref(position), ctypes.byref(link)):
            return
        if (address := _address(document, link)) and raw.FPDFLink_GetAnnotRect(link, ctypes.byref(rectangle)):
            place = frame.box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            for word in words:
                if place.holds(word):
                    word.link = address


def _address(document: Any, link: Any) -> str:
    action = raw.FPDFLink_GetAction(link)
    if not action or raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
        return ""
    buffer = ctypes.create_string_buffer(_LONGEST)
    raw.FPDFAction_GetURIPath(document, action, buffer, _LONGEST)
    address = buffer.value.decode("utf-8", "replace")
    return address if address.startswith(("http://", "https://", "mailto:")) else ""
