"""Quoted phrases as regular expressions of PostgreSQL.

The index has the stems of words, without the most common ones: there "thank you" is as good as "thanks". So of the
texts that the index finds, those are kept that have the words as they were typed, next to each other.
"""

import re
from collections import defaultdict
from functools import cache
from itertools import pairwise

from parley.interfaces.search.words import INVISIBLE, IS_UNSPACED, WORD, fold

# The last letter of the alphabets that have accents or cases.
LAST_LETTER = "\u1fff"
BETWEEN = "[^[:alnum:]]"


def pattern(phrase: str) -> str:
    """Return a pattern for texts that have the words of a phrase, whatever their case, accents and punctuation."""
    words = [match[0] for match in WORD.finditer(INVISIBLE.sub("", phrase))]
    parts = [_word(words[0])]
    for before, word in pairwise(words):
        # A name and its number may be written as one word, as may words of scripts without spaces.
        is_joined = any(IS_UNSPACED.match(one) or one.isdigit() for one in (before, word))
        parts += [f"{BETWEEN}{'*' if is_joined else '+'}", _word(word)]
    start = "" if IS_UNSPACED.match(words[0]) else f"(^|{BETWEEN})"
    end = "" if IS_UNSPACED.match(words[-1]) else f"($|{BETWEEN})"
    return start + "".join(parts) + end


def _word(word: str) -> str:
    return "".join(map(_letter, word))


def _letter(letter: str) -> str:
    if not letter.isalnum():
        return re.escape(letter)
    folded = fold(letter)
    alike = [f"[{''.join(_letters().get(one, one))}]" for one in folded]
    return alike[0] if len(folded) == 1 else f"({letter}|{''.join(alike)})"


@cache
def _letters() -> dict[str, str]:
    """Return all letters that are folded to each letter: for `e` these are e, E, é, È and others."""
    alike: defaultdict[str, str] = defaultdict(str)
    for letter in map(chr, range(ord("0"), ord(LAST_LETTER))):
        if letter.isalnum():
            alike[fold(letter)] += letter
    return dict(alike)
