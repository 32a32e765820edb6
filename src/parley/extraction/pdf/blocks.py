"""Lines to blocks: where a paragraph, a heading, a list item or a reference begins, and what goes on over a page."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from parley.extraction.pdf.hyphens import join_texts
from parley.extraction.pdf.typography import Typography
from parley.extraction.pdf.words import Box, Line

Kind = Literal["paragraph", "heading", "item", "code", "caption", "reference", "picture"]

LABEL = re.compile(r"(?:[•◦‣∙·▪*–—-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]|\[\w{1,12}\])$")  # noqa: RUF001 signs of typesetters
CAPTION = re.compile(
    r"(?:Figure|Fig\.|Table|Tab\.|Listing|Algorithm|Abbildung|Tabelle|Figura|Tabla|Tableau|Tabela)\s*[A-Z]?\d+(?:\.\d+)*\s*[.:|–-]",  # noqa: RUF001 signs of typesetters
)
_ENDS = re.compile(r"[.!?:;…][\"'”’»)\]]*\d{0,2}$")  # noqa: RUF001 signs of typesetters
_GAP = 1.3  # of the usual distance of lines
_INDENT = 0.7  # of the size
_SIZES = 0.08  # relative difference
_ROOM = 1.0  # of the size
_SOME = 0.5  # of a line
_PARTS = 3.0  # of the usual distance of lines, between those of a formula
_NARROW = 0.6  # of the next column's width: the date and the places of authors above the columns
_MUCH_ROOM = 0.3  # of the column's width


class TextBlock(msgspec.Struct):
    """Lines that belong together. `page` is where they begin.

    `picture` is the address of a picture of its `area`, such as a caption's figure, and `words` are what is read there.
    """

    lines: list[Line]
    kind: Kind = "paragraph"
    level: int | None = None
    picture: str = ""
    area: Box | None = None
    words: str = ""

    @property
    def page(self) -> int:
        return self.lines[0].page

    @property
    def size(self) -> float:
        return max(
            (line.size for line in self.lines),
            key=lambda size: sum(len(line.text) for line in self.lines if line.size == size),
        )

    @property
    def text(self) -> str:
        return join_texts(line.text for line in self.lines)

    def share(self, quality: str) -> float:
        return sum(line.share(quality) for line in self.lines) / len(self.lines)


def cut_into_blocks(lines: Iterable[Line], typography: Typography) -> list[TextBlock]:
    """Cut lines in reading order into blocks, and join what goes on in the next column or on the next page."""
    blocks: list[TextBlock] = []
    for line in lines:
        goes_on = _is_of_formula if line.is_formula or (blocks and blocks[-1].kind == "picture") else _goes_on
        if blocks and goes_on(blocks[-1], line, typography):
            blocks[-1].lines.append(line)
        elif (open_one := _open_block(blocks, line, typography)) is not None:
            open_one.lines.append(line)
        else:
            blocks.append(TextBlock([line], "picture" if line.is_formula else "paragraph"))
    return blocks


def _goes_on(block: TextBlock, line: Line, typography: Typography) -> bool:
    last = block.lines[-1]
    is_same_sentence = line.text[:1].islower() and not _ENDS.search(last.text) and last.share("is_bold") < _SOME
    if _differs(last, line, but_weight=is_same_sentence) or _is_labelled(line, last):
        return False
    if not _same_column(last, line):
        return _goes_on_elsewhere(block, line, typography)
    size = max(line.size, last.size)
    if line.baseline - last.baseline > _GAP * typography.leading_of(size):
        return False
    if line.share("is_mono") > 0.9 or _hangs(block, line) or min(line.size, last.size) > (1 + _SIZES) * typography.size:  # noqa: PLR2004 code keeps its lines
        return True
    if last.is_centred != line.is_centred and not (_ended_full(last) or is_same_sentence):
        return False
    return not (_is_indented(line, last) or _is_outdented(block, line) or _ended_early(last, line))


def _is_of_formula(block: TextBlock, line: Line, typography: Typography) -> bool:
    near = line.baseline - block.lines[-1].baseline < _PARTS * typography.leading
    return near and line.is_formula and block.kind == "picture" and _same_column(block.lines[-1], line)


def _ended_full(last: Line) -> bool:
    return last.right_margin - last.right < 2 * last.size


def _same_column(last: Line, line: Line) -> bool:
    return (
        last.page == line.page
        and line.baseline > last.baseline
        and (last.left_margin, last.right_margin) == (line.left_margin, line.right_margin)
    )


def _differs(last: Line, line: Line, *, but_weight: bool = False) -> bool:
    """Whether two lines are set in different sizes or weights."""
    if abs(line.size - last.size) > _SIZES * max(line.size, last.size):
        return True
    qualities = ["is_mono"] if but_weight else ["is_bold", "is_mono"]
    return any(abs(line.share(quality) - last.share(quality)) > 0.8 for quality in qualities)  # noqa: PLR2004


def _is_labelled(line: Line, last: Line) -> bool:
    """Whether a line begins with a bullet or a number, further left or right than the text before it."""
    label = line.words[0].text
    if not LABEL.match(label) or len(line.words) == 1:
        return False
    return (
        label in "•◦‣∙▪"
        or label.startswith("[")
        or _ended_early(last, line)
        or line.left - last.left > _INDENT * line.size
    )


def _is_indented(line: Line, last: Line) -> bool:
    inside = _INDENT * line.size
    return line.left > line.left_margin + inside and line.left - last.left > inside


def _hangs(block: TextBlock, line: Line) -> bool:
    """Whether a line begins below the first word after a bullet or a number."""
    words = block.lines[0].words
    return len(words) > 1 and bool(LABEL.match(words[0].text)) and abs(line.left - words[1].left) < 0.3 * line.size


def _is_outdented(block: TextBlock, line: Line) -> bool:
    """Whether a line begins further left than those before it, of which the first one may be indented."""
    return len(block.lines) > 1 and line.left < block.lines[-1].left - _INDENT * line.size


def _ended_early(last: Line, line: Line) -> bool:
    """Whether the next line's first word had room in the line before, so that a paragraph ended there."""
    first = line.words[0]
    room = last.right_margin - last.right - (first.right - first.left) - 0.3 * line.size
    width = last.right_margin - last.left_margin
    return room > (_ROOM * line.size if _ENDS.search(last.text) else max(_MUCH_ROOM * width, 3 * line.size))


def _goes_on_elsewhere(block: TextBlock, line: Line, typography: Typography) -> bool:
    last = block.lines[-1]
    is_above = last.right_margin - last.left_margin < _NARROW * (line.right_margin - line.left_margin)
    if is_above or (last.is_centred and not line.is_centred):
        return False
    if line.left > line.left_margin + _INDENT * line.size and not _is_hanging(block):
        return False
    if not _ENDS.search(last.text):
        return line.text[:1].islower() or last.text.endswith("-") or not _ended_early(last, line)
    return typography.has_indents and not _ended_early(last, line)


def _is_hanging(block: TextBlock) -> bool:
    first, *others = block.lines
    return bool(others) and all(other.left > first.left + _INDENT * first.size for other in others)


def _open_block(blocks: Sequence[TextBlock], line: Line, typography: Typography) -> TextBlock | None:
    """The paragraph that goes on with a line, after a figure or a table between."""
    if (
        not blocks
        or line.is_formula
        or (
            blocks[-1].page == line.page
            and _same_column(blocks[-1].lines[-1], line)
            and not CAPTION.match(blocks[-1].text)
        )
    ):
        return None
    for block in reversed(blocks[-4:]):
        last = block.lines[-1]
        if (
            block.kind != "picture"
            and not _differs(last, line)
            and not CAPTION.match(block.text)
            and abs(line.size - typography.size) < 1
        ):
            unfinished = not _ENDS.search(last.text) and (line.text[:1].islower() or last.text.endswith("-"))
            return block if unfinished and len(block.lines) > 1 and not _same_column(last, line) else None
    return None
