"""Formulas that stand in lines of their own: kept as pictures, since their letters in a row are no formula."""

import re
import time
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

import pypdfium2

from parley.extraction.pdf.blocks import TextBlock
from parley.extraction.pdf.document import Page
from parley.extraction.pdf.figures import MARGIN, picture_of
from parley.extraction.pdf.places import place_of
from parley.extraction.pdf.typography import Typography
from parley.extraction.pdf.words import Box, Line, Word

MOST_FORMULAS = 80
_CPU_SECONDS = 8.0  # for all formulas of a PDF
_FONTS = re.compile(
    r"CM(?:MI|SY|EX|BSY)|MS[AB]M|LMMath|MT(?:MI|SY|EX)|EU[FS]M|[rtp]+x(?:mi|sy|ex)|New[TP]XMI|Symbol|.*Math(?!Design)",
    re.IGNORECASE,
)
_NO_MATHS = re.compile(r"[^\w+=<>\u2190-\u22ff]+")  # bullets and marks of notes are drawn with such fonts too
_WORD = re.compile(r"[^\W\d_]{3,}")
_FUNCTIONS = {"exp", "log", "min", "max", "sup", "inf", "lim", "sin", "cos", "tan", "det", "var", "cov", "arg", "diag"}
_FEWEST = 3  # signs of maths
_PROSE = 0.3  # of a line's letters are in words
_SHORT = 0.4  # of the column's width: what is beside, above and below a formula
_NEAR = 2.2  # of the usual distance of lines
_ROOM = 1.2  # of the size: how far large signs reach above and below the line


def mark_formulas(lines: Sequence[Line], typography: Typography) -> None:
    """Find the lines of displayed formulas, with those of their fractions and limits."""
    for _, column in groupby(lines, key=lambda line: (line.page, line.left_margin, line.right_margin)):
        of_column = list(column)
        for line in of_column:
            line.is_formula = _is_formula(line)
        for some in (of_column, of_column[::-1]):
            for before, line in pairwise(some):
                near = abs(line.baseline - before.baseline) < _NEAR * typography.leading
                line.is_formula |= before.is_formula and near and _is_part(line)


def _is_formula(line: Line) -> bool:
    first = line.words[0]
    begins_with_word = first.text.strip(",.:").isalpha() and not _FONTS.match(first.font.name)
    # The last line of a paragraph begins at the margin.
    is_displayed = line.left > line.left_margin + line.size or not begins_with_word
    return _signs(line) >= _FEWEST and is_displayed and _prose(line) < _PROSE and line.share("is_mono") < _PROSE


def _is_part(line: Line) -> bool:
    """Whether a line beside a formula may be its limits, or a part of its fraction."""
    is_short = line.right - line.left < _SHORT * (line.right_margin - line.left_margin)
    return (is_short and not _prose(line)) or (_signs(line) > 0 and _prose(line) < _PROSE)


def _signs(line: Line) -> int:
    return sum(len(_NO_MATHS.sub("", word.text)) for word in line.words if _FONTS.match(word.font.name))


def _prose(line: Line) -> float:
    """The share of the letters that are in words."""
    words = sum(len(word.text) for word in line.words if _is_word(word))
    return words / max(sum(len(word.text) for word in line.words), 1)


def _is_word(word: Word) -> bool:
    letters = _WORD.search(word.text)
    return letters is not None and not _FONTS.match(word.font.name) and letters[0].lower() not in _FUNCTIONS


def add_formulas(
    document: pypdfium2.PdfDocument, pages: Mapping[int, Page], blocks: Sequence[TextBlock], lines: Sequence[Line]
) -> None:
    """Give the formulas among `blocks` their pictures. `lines` are all lines of the text."""
    began = time.process_time()
    formulas = [block for block in blocks if block.kind == "picture" and not block.picture]
    for block in formulas[:MOST_FORMULAS]:
        if time.process_time() - began > _CPU_SECONDS:
            return
        block.area = _area(block, [line for line in lines if line.page == block.page])
        block.picture = picture_of(document, pages[block.page], block.area)


def _area(block: TextBlock, lines: Sequence[Line]) -> Box:
    """The place of a formula, with large signs that reach over its lines, up to the next line of text."""
    place, own = place_of(block), {id(line) for line in block.lines}
    others = [line for line in lines if id(line) not in own and line.left < place.right and line.right > place.left]
    above = [line.baseline + line.size / 3 + MARGIN for line in others if line.baseline < place.top + block.size / 2]
    below = [line.baseline - line.size - MARGIN for line in others if line.baseline > place.bottom]
    top, bottom = place.top - _ROOM * block.size, place.bottom + _ROOM * block.size
    return Box(place.left, min(max([top, *above]), place.top), place.right, max(min([bottom, *below]), place.bottom))
