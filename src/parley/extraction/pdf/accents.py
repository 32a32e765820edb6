"""Putting accents on their letters: old fonts of TeX draw both, one over the other."""

from collections.abc import Iterator, Sequence

from parley.extraction.pdf.words import Letter
from parley.platform.text.normal_forms import normalize

_ACCENTS = {
    "`": "\u0300", "\u00b4": "\u0301", "\u02c6": "\u0302", "\u02dc": "\u0303", "\u00af": "\u0304", "\u02d8": "\u0306",
    "\u02d9": "\u0307", "\u00a8": "\u0308", "\u02da": "\u030a", "\u02dd": "\u030b", "\u02c7": "\u030c",
    "\u00b8": "\u0327", "\u02db": "\u0328",
}  # fmt: skip
_DOTLESS = {"\u0131": "i", "\u0237": "j"}
_REACH = 12  # letters in the order of the file


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
        if near and base[3].turn == accent[3].turn and len(both) == 1 and base[0].isalpha():
            return other, both
    return None
