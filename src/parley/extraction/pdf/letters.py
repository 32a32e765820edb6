"""Reading the letters of a page from PDFium, and joining them to words."""

import ctypes
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pypdfium2 import raw

from parley.extraction.pdf.fonts import Fonts
from parley.extraction.pdf.words import Letter, Style, Word
from parley.platform.text.normal_forms import normalize

_ACCENTS = {
    "`": "\u0300", "\u00b4": "\u0301", "\u02c6": "\u0302", "\u02dc": "\u0303", "\u00af": "\u0304", "\u02d8": "\u0306",
    "\u02d9": "\u0307", "\u00a8": "\u0308", "\u02da": "\u030a", "\u02dd": "\u030b", "\u02c7": "\u030c",
    "\u00b8": "\u0327", "\u02db": "\u0328",
}  # fmt: skip
_DOTLESS = {"\u0131": "i", "\u0237": "j"}
_REACH = 150  # letters in the order of the file: some typesetters draw the accents of a line after its letters
# PDFium has signs of its own for a hyphen at the end of a line. Symbol fonts have their bullets in the private area.
_SIGNS = (
    dict.fromkeys((0x2, 0xFFFE, 0xAD), "-")
    | dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
    # The bitmap fonts of TeX do not name their signs: ligatures have codes at which others have no sign.
    | dict(zip(range(0x1B, 0x20), ("ff", "fi", "fl", "ffi", "ffl"), strict=True))
    | dict(zip(range(0x0B, 0x10), ("ff", "fi", "fl", "ffi", "ffl"), strict=True))
    | dict.fromkeys((0xF0B7, 0xF0A7, 0xF076, 0xF0D8, 0xF0A8, 0xF06E, 0x25AA, 0x25CF, 0x25A0), "•")
)
_LINE_END = 0x0D
_PRIVATE = range(0xE000, 0xF900)
_MOST_LETTERS = 50_000  # on one page; a dense one has 8,000
_GAP = 0.25  # of the size: a wider gap between letters is a space
_BACK = 0.35  # of the size: letters may overlap so much (kerning, accents)
_SHIFT = 0.1  # of the size: letters off a baseline by more are a word of their own
_SIZES = (1.0, 400.0)  # of fonts whose size is said in a way we can use
_ASCENT = 0.7  # of the size: how far the tallest letters reach above the line


def read_letters(text_page: Any, fonts: Fonts) -> list[Letter | None]:
    """The letters of a page in the order of the file; None is a space.

    Places are along and across the direction of writing, not yet relative to the page (`frames.py`).
    """
    return list(with_accents(list(_letters(text_page, fonts))))


def join_letters(letters: Iterable[Letter | None]) -> Iterator[tuple[int, Word]]:
    """Yield the words of which letters are, each with its rotation."""
    word: Word | None = None
    style: Style | None = None
    place = (0.0, 0.0)
    for letter in letters:
        if letter is None:
            if word is not None and style is not None:
                yield style.rotation, word
            word = None
            continue
        sign, left, right, its_style = letter
        # The letters of a ligature have one place.
        if word is not None and style is not None and (place == (left, right) or _continues(word, style, letter)):
            word.text += sign
            word.right = max(word.right, right)
        else:
            glued = word is not None and style is not None and _touches(word, style, letter)
            if word is not None and style is not None:
                yield style.rotation, word
            word = Word(sign, left, right, its_style.baseline, its_style.size, its_style.font, glued)
            style = its_style
        place = left, right
    if word is not None and style is not None:
        yield style.rotation, word


def _letters(text_page: Any, fonts: Fonts) -> Iterator[Letter | None]:
    """Yield each letter with its place along the line; None for a space."""
    box = raw.FS_RECTF()
    owner, style = 0, None
    heights: dict[int, float] = {}
    for at in range(min(raw.FPDFText_CountChars(text_page), _MOST_LETTERS)):
        code = raw.FPDFText_GetUnicode(text_page, at)
        # PDFium itself adds the ends of lines, whose code is that of a ligature too.
        is_drawn = code != _LINE_END or not raw.FPDFText_IsGenerated(text_page, at)
        sign = (_SIGNS.get(code) if is_drawn else None) or chr(code)
        if not sign.isprintable() or sign.isspace() or code in _PRIVATE:
            yield None
            continue
        raw.FPDFText_GetLooseCharBox(text_page, at, ctypes.byref(box))
        text_object = raw.FPDFText_GetTextObject(text_page, at)
        address = ctypes.addressof(text_object.contents) if text_object else 0
        if style is None or address != owner:
            owner, style = address, _style(text_page, at, text_object, fonts, heights)
        yield (sign, *_along(box, style.rotation), style)


def _heights_of_letters(text_page: Any) -> dict[int, float]:
    """How far the tallest letter of each font reaches above the line, for each unit of the stated size."""
    heights: dict[int, float] = {}
    left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
    for at in range(min(raw.FPDFText_CountChars(text_page), _MOST_LETTERS)):
        font = _address_of_font(raw.FPDFText_GetTextObject(text_page, at))
        raw.FPDFText_GetCharBox(text_page, at, *map(ctypes.byref, (left, right, bottom, top)))
        raw.FPDFText_GetCharOrigin(text_page, at, ctypes.byref(x), ctypes.byref(y))
        size = _stated_size(text_page, at)
        heights[font] = max(heights.get(font, 0.0), (top.value - y.value) / size if size else 0.0)
    return heights


def _stated_size(text_page: Any, at: int) -> float:
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text_page, at, ctypes.byref(matrix))
    size: float = raw.FPDFText_GetFontSize(text_page, at) * math.hypot(matrix.c, matrix.d)
    return size


def _address_of_font(text_object: Any) -> int:
    font = raw.FPDFTextObj_GetFont(text_object) if text_object else None
    return ctypes.addressof(font.contents) if font else 0


def _style(text_page: Any, at: int, text_object: Any, fonts: Fonts, heights: dict[int, float]) -> Style:
    matrix, x, y = raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetMatrix(text_page, at, ctypes.byref(matrix))
    raw.FPDFText_GetCharOrigin(text_page, at, ctypes.byref(x), ctypes.byref(y))
    rotation = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4
    size = _stated_size(text_page, at)
    if not _SIZES[0] <= size <= _SIZES[1]:
        heights.update({} if heights else _heights_of_letters(text_page))
        size = max(size * heights.get(_address_of_font(text_object), 0.0) / _ASCENT, _SIZES[0])
    baseline = (-y.value, x.value, y.value, -x.value)[rotation]
    return Style(fonts.of(text_object), round(size, 2), rotation, baseline)


def _along(box: Any, rotation: int) -> tuple[float, float]:
    match rotation:
        case 0:
            return box.left, box.right
        case 1:
            return box.bottom, box.top
        case 2:
            return -box.right, -box.left
        case _:
            return -box.top, -box.bottom


def _touches(word: Word, style: Style, letter: Letter) -> bool:
    """Whether a letter follows a word without a space, though perhaps raised or in another font."""
    _, left, _, other = letter
    size = max(word.size, other.size)
    return (
        style.rotation == other.rotation
        and -_BACK * size < left - word.right < _GAP * size
        and abs(other.baseline - word.baseline) < size
    )


def _continues(word: Word, style: Style, letter: Letter) -> bool:
    other = letter[3]
    return (
        _touches(word, style, letter)
        and abs(other.baseline - word.baseline) <= _SHIFT * word.size
        and other.font == word.font
        and abs(other.size - word.size) <= _SHIFT * word.size
    )


def with_accents(letters: Sequence[Letter | None]) -> Iterator[Letter | None]:
    """Yield the letters, each with the accent that is drawn over it. None is a space."""
    accented: dict[int, str] = {}
    gone: set[int] = set()
    for at, letter in enumerate(letters):
        if letter is None or letter[0] not in _ACCENTS or (below := _letter_below(letters, at, accented)) is None:
            continue
        accented[below[0]] = below[1]
        # The spaces around an accent were read from its place. Those between words are seen by their width.
        gone |= {
            at,
            *(
                neighbour
                for neighbour in (at - 1, at + 1)
                if 0 <= neighbour < len(letters) and letters[neighbour] is None
            ),
        }
    for at, letter in enumerate(letters):
        if letter is None and at not in gone:
            yield None
        elif letter is not None and at not in gone:
            yield (accented.get(at, letter[0]), *letter[1:])


def _letter_below(letters: Sequence[Letter | None], at: int, taken: dict[int, str]) -> tuple[int, str] | None:
    """Which letter is below the accent at a place, and what both are together; None if there is none."""
    accent = letters[at]
    assert accent is not None
    middle = (accent[1] + accent[2]) / 2
    for other in sorted(
        range(max(at - _REACH, 0), min(at + _REACH + 1, len(letters))), key=lambda beside: abs(beside - at)
    ):
        base = letters[other]
        if base is None or other in taken or other == at or not base[1] < middle < base[2]:
            continue
        both = normalize("NFC", _DOTLESS.get(base[0], base[0]) + _ACCENTS[accent[0]])
        near = abs(base[3].baseline - accent[3].baseline) < base[3].size
        if near and base[3].rotation == accent[3].rotation and len(both) == 1 and base[0].isalpha():
            return other, both
    return None
