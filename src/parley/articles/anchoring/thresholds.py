"""The similarity that counts as found, from 0 to 1. It depends on the number of words in the quote.

The thresholds were measured: 4,000 quotes of each length from essays were compared with unrelated text of the same
essay (docs/decisions/0004). They are not tuned to any set of anchors.
"""

from parley.extraction.text.words import WORD

_DISTINCTIVE_WORDS, _DISTINCTIVE_LETTERS = 4, 12


def found_by_search(quote: str) -> float:
    """Return the threshold for a passage that was searched: of 1,000 unrelated passages, one exceeds it.

    For 3 words or fewer it is at least 1.
    """
    return 0.6 + 1.2 / _words(quote)


def followed_threshold(quote: str) -> float:
    """Return the threshold for words found by alignment: of 100 unrelated ones, one exceeds it."""
    return 0.5 + 0.2 / _words(quote)


def is_distinctive(quote: str) -> bool:
    """Whether the quote is so long that the same words, new in another passage, must be the moved ones."""
    return _words(quote) >= _DISTINCTIVE_WORDS and len(quote) >= _DISTINCTIVE_LETTERS


def _words(quote: str) -> int:
    return len(WORD.findall(quote)) or 1
