"""Footnotes: small text at the end of a column that begins with a raised number or sign."""

import re
from collections.abc import Sequence
from itertools import groupby

import msgspec

from parley.extraction.pdf.typography import Typography
from parley.extraction.pdf.words import Line, Word

_SMALL = 0.95  # of the text's size
_RAISED = 0.85  # of the line's size
_MARK = re.compile(r"\(?(\d{1,3}|[*†‡§¶‖∗]{1,3}|[a-z])\)?\.?$")  # noqa: RUF001 signs of typesetters
_GLUED_MARK = re.compile(r"(\d{1,3}|[*†‡§¶∗]{1,3})(?=[^\W\d])")  # noqa: RUF001 signs of typesetters


class Footnote(msgspec.Struct):
    """A footnote. `mark` is what refers to it in the text, `lines` do not have it any more. `label` is unique."""

    mark: str
    lines: list[Line]
    label: str = ""

    @property
    def page(self) -> int:
        return self.lines[0].page


def take_footnotes(lines: Sequence[Line], typography: Typography) -> tuple[list[Line], list[Footnote]]:
    """The lines of the text, and the footnotes in order."""
    text: list[Line] = []
    notes: list[Footnote] = []
    for _, column in groupby(lines, key=lambda line: (line.page, line.left_margin, line.right_margin)):
        kept, small = _split([*column], typography)
        if small and _has_text_below(small[0], lines, typography):
            kept, small = kept + small, []
        text += kept
        if small and not _mark(small[0]) and notes:
            # The note before it goes on here.
            first = next((at for at, line in enumerate(small) if _mark(line)), len(small))
            notes[-1].lines += small[:first]
            small = small[first:]
        notes += _notes(small)
    _tie(text, notes)
    return text, notes


def _tie(text: Sequence[Line], notes: Sequence[Footnote]) -> None:
    """Give the notes labels, and the raised marks on their pages too: marks that are not unique become numbers."""
    marks = [note.mark for note in notes]
    is_unique = len(set(marks)) == len(marks) and "".join(marks).isalnum()
    for number, note in enumerate(notes, 1):
        note.label = note.mark if is_unique else str(number)
    labels = {(note.page, note.mark): note.label for note in notes}
    for line in text:
        for word in line.words:
            if is_raised(word, line):
                word.note = labels.get((line.page, word.text), "")


def _split(column: list[Line], typography: Typography) -> tuple[list[Line], list[Line]]:
    at = len(column)
    while at and column[at - 1].size < _SMALL * typography.size:
        at -= 1
    first = next((number for number in range(at, len(column)) if _mark(column[number])), len(column))
    return column[:first], column[first:]


def _has_text_below(first: Line, lines: Sequence[Line], typography: Typography) -> bool:
    """Whether text stands below a line on its page, as it does below the places of authors."""
    return any(
        line.page == first.page
        and line.baseline > first.baseline
        and line.size >= _SMALL * typography.size
        and line.left < first.right
        and line.right > first.left
        for line in lines
    )


def _notes(lines: Sequence[Line]) -> list[Footnote]:
    notes: list[Footnote] = []
    for line in lines:
        if mark := _mark(line):
            notes.append(Footnote(mark, [_without_mark(line)]))
        elif notes:
            notes[-1].lines.append(line)
    return notes


def _mark(line: Line) -> str:
    """The mark at the start of a footnote; empty if the line does not begin with one."""
    first = line.words[0]
    if glued := _GLUED_MARK.match(first.text):
        return glued[1]
    if not (match := _MARK.match(first.text)) or len(line.words) == 1:
        return ""
    return match[1] if is_raised(first, line) or (match[1].isdigit() and line.words[1].text[:1].isalpha()) else ""


def is_raised(word: Word, line: Line) -> bool:
    """Whether a word is small and above the baseline, as references to notes are."""
    return word.size <= _RAISED * line.size and word.baseline < line.baseline - 0.1 * line.size


def _without_mark(line: Line) -> Line:
    first = line.words[0]
    if glued := _GLUED_MARK.match(first.text):
        first.text = first.text[glued.end() :]
        return line
    line.words[1].glued = False
    return msgspec.structs.replace(line, words=line.words[1:])
