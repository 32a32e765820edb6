"""A text as its readers see it: what only looks different is the same."""

import re
from functools import cache
from string import ascii_letters

import re2  # type: ignore[import-untyped]

from parley.platform.text.lookalikes import lookalikes
from parley.platform.text.normal_forms import normalize

# Invisible characters, which split a word for software but not for readers.
INVISIBLE = dict.fromkeys(
    map(
        ord,
        "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\u3164\ufe0e\ufe0f\ufeff",
    )
)
# NFKC expands these two ligatures to 18 and 8 letters: a long comment of them would take 125 ms.
LIGATURES = dict.fromkeys((0xFDFA, 0xFDFB), " ")
# Marks on letters of every alphabet. Those of other scripts, such as vowels, are letters to their readers.
ACCENTS = dict.fromkeys(
    [
        *range(0x300, 0x370),
        *range(0x1AB0, 0x1B00),
        *range(0x1DC0, 0x1E00),
        *range(0x20D0, 0x2100),
        *range(0xFE20, 0xFE30),
    ]
)
# Four single letters and more with the same sign between them: s.p.a.m, s p a m.
SPACED = re.compile(r"(?<!\w)\w(?:([ ._*-])\w(?:\1\w){2,})(?!\w)")
# A letter three times and more: freeee. Not www.
STRETCHED = re.compile(r"([^\W\dw_])\1{2,}")
# Every ASCII text in which one of the two matches. RE2 looks for both in a tenth of the time, and few texts have them.
POSSIBLE = re2.compile("|".join([r"\w[ ._*-]\w[ ._*-]\w[ ._*-]\w", *(letter * 3 for letter in ascii_letters)]))


def unfurl(text: str) -> str:
    """`text` without differences of width and invisible characters."""
    if text.isascii():
        return text
    return normalize("NFKC", text.translate(LIGATURES)).translate(INVISIBLE)


def fold(text: str) -> str:
    """As `unfurl`, without differences of case."""
    return unfurl(text).casefold()


def fold_alike(text: str) -> str:
    """A folded text without accents, stretched letters and spaced words; letters that look alike are the same."""
    if text.isascii():
        return _join_spaced(text)
    bare = normalize("NFC", normalize("NFD", text).translate(ACCENTS))
    return _join_spaced(bare.translate(_table()))


@cache
def _table() -> dict[int, str]:
    return {ord(char): letter for char, letter in lookalikes().items()}


def _join_spaced(text: str) -> str:
    if text.isascii() and not POSSIBLE.search(text):
        return text
    joined = SPACED.sub(lambda match: match[0].replace(match[1], ""), text)
    return STRETCHED.sub(r"\1", joined)
