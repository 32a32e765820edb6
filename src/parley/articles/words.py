"""Texts as words, for comparing them: what is typography only makes no difference."""

import re
from collections.abc import Iterable

# Scripts without spaces count by character.
UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
_PLAIN = (
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
)
_TYPOGRAPHY = re.compile(f"[{''.join(_PLAIN)}]")


def collapsed(text: str) -> str:
    """`text` with each stretch of white space, no-break spaces too, as one space."""
    return " ".join(text.split())


def folded(text: str) -> str:
    """`text` with plain quotation marks and dashes, character by character: positions stay what they were."""
    return text if text.isascii() else _TYPOGRAPHY.sub(lambda sign: _PLAIN[sign[0]], text)


class _Codes(dict[str, str]):
    """A character for each word, the next one for a new word."""

    def __missing__(self, word: str) -> str:
        code = self[word] = chr(len(self) % 0x110000)
        return code


class Coder:
    """Gives each different word one character, so that texts are compared word by word as fast as strings are."""

    def __init__(self) -> None:
        self._codes = _Codes()

    def code(self, words: Iterable[str]) -> str:
        return "".join(map(self._codes.__getitem__, words))

    def bag(self, text: str) -> str:
        """The words of `text` without their order: the longest common subsequence of two bags is what they share."""
        return "".join(sorted(self.code(WORD.findall(text.lower()))))
