"""Pages that are written from right to left.

They are read as their mirror image, so that lines, columns and indents need no rules of their own.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

import msgspec

from parley.extraction.pdf.words import Letter, Word
from parley.platform.text.directions import direction_of

_RTL = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_DIGITS = r"\u0660-\u0669\u06f0-\u06f9"
# Numbers and foreign words within such a text, which stay from left to right.
_LTR = rf"(?:[^\W_{_RTL}]|[{_DIGITS}])"
# In mirrored places: the sign after a number comes before it.
_LTR_RUN = re.compile(rf"%?{_LTR}(?:(?:[^{_RTL}]|[{_DIGITS}])*{_LTR})?[$\u20ac\xa3\u20aa+-]?")
_IS_LTR = re.compile(rf"\W*{_LTR}(?:[^{_RTL}]|[{_DIGITS}])*")
_NO_SPACE = 0.1  # of the size
_BRACKETS = str.maketrans("()[]{}«»", ")(][}{»«")


def is_right_to_left(letters: Sequence[Letter | None]) -> bool:
    return direction_of("".join(letter[0] for letter in letters if letter is not None)) == "rtl"


def mirror(letters: Sequence[Letter | None]) -> Iterator[Letter | None]:
    """Yield the letters with mirrored places; those of each word in the order in which they are read.

    PDFium gives some words in the order in which they are written, and others from left to right.
    """
    ordered = list(_sort_letters(letters))
    brackets = "".join(letter[0] for letter in ordered if letter is not None and letter[0] in "()")
    # Some files say which bracket is drawn, others which is meant.
    is_drawn = brackets.count(")(") > brackets.count("()")
    for _, run in groupby(ordered, key=lambda letter: letter is not None):
        some = list(run)
        yield from _with_signs([letter for letter in some if letter], is_drawn=is_drawn) or some


def _sort_letters(letters: Sequence[Letter | None]) -> Iterator[Letter | None]:
    for is_word, run in groupby(letters, key=lambda letter: letter is not None):
        if not is_word:
            yield from run
            continue
        for _, level in groupby([letter for letter in run if letter], key=lambda letter: round(letter[3].baseline)):
            yield from sorted(((sign, -right, -left, style) for sign, left, right, style in level), key=itemgetter(1))


def _with_signs(word: Sequence[Letter], *, is_drawn: bool) -> list[Letter | None]:
    """The letters with the signs that are meant: numbers from left to right, and brackets that open at their start."""
    signs = "".join(letter[0] for letter in word)
    kept = {at for run in _LTR_RUN.finditer(signs) for at in range(*run.span())}
    turned = enumerate(_LTR_RUN.sub(lambda run: run[0][::-1], signs))
    meant = (sign.translate(_BRACKETS) if is_drawn and at not in kept else sign for at, sign in turned)
    return [(sign, *letter[1:]) for sign, letter in zip(meant, word, strict=True)]


def in_order(words: Sequence[Word]) -> list[Word]:
    """The words of a line of a mirrored page, with the foreign ones among them from left to right."""
    for before, word in pairwise(words):
        word.glued = word.glued or word.left - before.right < _NO_SPACE * word.size
    shown_words: list[Word] = []
    for is_ltr, run in groupby(words, key=lambda word: bool(_IS_LTR.fullmatch(word.text))):
        some = list(run)
        shown_words += _reverse(some) if is_ltr else some
    return shown_words


def _reverse(words: list[Word]) -> list[Word]:
    """The words in the opposite order. What was glued to the word before it now is to the one after it."""
    glued = [words[0].glued, *(word.glued for word in reversed(words[1:]))]
    return [
        msgspec.structs.replace(word, glued=is_glued) for word, is_glued in zip(reversed(words), glued, strict=True)
    ]
