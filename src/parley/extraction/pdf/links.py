"""The links of a page to other sites."""

import ctypes
from typing import Any

from pypdfium2 import raw

from parley.extraction.pdf.frames import Frame
from parley.extraction.pdf.words import Word

_MOST_LINKS = 2_000  # on one page
_LONGEST = 2_000


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
