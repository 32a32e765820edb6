"""Texts as words, for comparing them without regard to typography."""

import re
from collections.abc import Iterable

# Scripts without spaces: each character counts as a word.
UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
_PLAIN = (
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
)
_TYPOGRAPHY = re.compile(f"[{''.join(_PLAIN)}]")


def collapse(text: str) -> str:
    """Replace each run of white space, no-break spaces included, by one space."""
    return " ".join(text.split())


def fold(text: str) -> str:
    """Replace typographic quotation marks and dashes by plain ones, character by character, so that positions stay."""
    return text if text.isascii() else _TYPOGRAPHY.sub(lambda sign: _PLAIN[sign[0]], text)


def lower(text: str) -> str:
    """Return `text` in small letters, character by character, so that positions stay."""
    small = text.lower()
    return small if len(small) == len(text) else "".join([letter.lower()[:1] for letter in text])


class _Codes(dict[str, str]):
    """A character for each word. A new word gets the next character."""

    def __missing__(self, word: str) -> str:
        code = self[word] = chr(len(self) % 0x110000)
        return code


class Coder:
    """Encodes each word as one character, so that texts are compared by words as fast as strings."""

    def __init__(self) -> None:
        self._codes = _Codes()

    def code(self, words: Iterable[str]) -> str:
        return "".join(map(self._codes.__getitem__, words))

    def bag(self, text: str) -> str:
        """The sorted words of `text`. The longest common subsequence of two bags is the words that they share."""
        return "".join(sorted(self.code(WORD.findall(text.lower()))))
