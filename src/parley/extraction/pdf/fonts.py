"""Fonts, as PDFium describes them."""

import ctypes
from typing import Any

from pypdfium2 import raw

from parley.extraction.pdf.words import Font

_FIXED_PITCH, _ITALIC = 1 << 0, 1 << 6
# PDFium also returns a weight and a flag for bold, but guesses them: regular fonts of LaTeX have them too.
_BOLD = ("bold", "black", "heavy", "demi", "cmbx", "sfbx", "-medi", "lmroman10-bold")
_ITALIC_NAMES = ("italic", "oblique", "cmti", "cmsl", "sfti", "-ital", "medital", "regularital", "reguital")
_MONO = ("mono", "courier", "typewriter", "cmtt", "consol", "menlo", "lmtt", "sftt")
_UNKNOWN = Font("", is_bold=False, is_italic=False, is_mono=False)
_LONGEST_NAME = 200


class Fonts:
    """The fonts of a document. PDFium is asked once for each."""

    def __init__(self) -> None:
        self._known: dict[int, Font] = {}

    def of(self, text_object: Any) -> Font:
        """The font of a text object; one without a name if PDFium knows none."""
        handle = raw.FPDFTextObj_GetFont(text_object) if text_object else None
        if not handle:
            return _UNKNOWN
        address = ctypes.addressof(handle.contents)
        if address not in self._known:
            self._known[address] = _read(handle)
        return self._known[address]


def _read(handle: Any) -> Font:
    buffer = ctypes.create_string_buffer(_LONGEST_NAME)
    raw.FPDFFont_GetBaseFontName(handle, buffer, _LONGEST_NAME)
    # A subset of a font has six letters and a plus sign before its name.
    name = buffer.value.decode("utf-8", "replace").rsplit("+", 1)[-1]
    lower, flags = name.lower(), raw.FPDFFont_GetFlags(handle)
    return Font(
        name,
        is_bold=any(name_part in lower for name_part in _BOLD),
        is_italic=bool(flags & _ITALIC) or any(name_part in lower for name_part in _ITALIC_NAMES),
        is_mono=bool(flags & _FIXED_PITCH) or any(name_part in lower for name_part in _MONO),
    )
