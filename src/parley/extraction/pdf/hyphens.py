"""Joining the words of lines, and undoing the hyphens at their ends."""

import re
from collections import Counter
from collections.abc import Iterable

from parley.extraction.pdf.words import Line, Word

_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)*")
_HYPHENS = "-\u2010\u2011"
_LAST_PART = re.compile(rf"([^\W\d_]+)[{_HYPHENS}]$")
_DIVIDED_BEFORE = re.compile(rf"[{_HYPHENS}][^\W\d_]+[{_HYPHENS}]$")  # "drag-and-" is followed by "drop"
_SHORTEST = 3
# Scripts that are written without spaces, with their punctuation. Korean has spaces.
_UNSPACED = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
_FIRST_PART = re.compile(r"[^\W\d_]+")


def join_texts(texts: Iterable[str]) -> str:
    """The texts of lines as one. A hyphen at the end of a line is kept."""
    whole = ""
    for text in texts:
        whole += text if not whole or _LAST_PART.search(whole) or is_unspaced(whole, text) else f" {text}"
    return whole


def is_unspaced(one: str, other: str) -> bool:
    """Whether the script in which two texts meet has no space there."""
    return bool(_UNSPACED.match(one[-1:]) and _UNSPACED.match(other[:1]))


class Vocabulary:
    """The words of a document, without those that are divided between two lines."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._known: Counter[str] = Counter()
        divided = False
        for line in lines:
            words = _WORD.findall(line.text)[int(divided) :]
            divided = line.text.endswith(tuple(_HYPHENS))
            self._known.update(word.casefold() for word in (words[:-1] if divided else words))

    def keeps_hyphen(self, first: str, second: str) -> bool:
        """Whether a word that was divided between `first` and `second` is written with a hyphen anyway."""
        if not second[:1].islower():
            return True
        joined, divided = f"{first}{second}".casefold(), f"{first}-{second}".casefold()
        if self._known[divided] or self._known[joined]:
            return self._known[divided] > self._known[joined]
        # Syllables are seldom words of their own.
        return all(len(part) >= _SHORTEST and self._known[part.casefold()] for part in (first, second))

    def join(self, words: list[Word], line: Line) -> None:
        """Add the words of a line to those before it."""
        following = [*line.words]
        if words and following and (parts := self._parts(words[-1], following[0])):
            first, second = parts
            if not self.keeps_hyphen(first, second) and not _DIVIDED_BEFORE.search(words[-1].text):
                words[-1].text = words[-1].text[:-1]
            following[0].glued = True
        elif words and following and is_unspaced(words[-1].text, following[0].text):
            following[0].glued = True
        words += following

    def _parts(self, last: Word, following: Word) -> tuple[str, str] | None:
        first, second = _LAST_PART.search(last.text), _FIRST_PART.match(following.text)
        return (first[1], second[0]) if first and second else None
