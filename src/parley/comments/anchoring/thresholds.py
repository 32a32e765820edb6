"""How sure is sure enough. All of it depends on how many words there are to go by.

The floors come from chance: 4,000 quotes of each length, taken from essays, against text of the same essay that they
have nothing to do with (docs/decisions/0004). They are not tuned to any set of anchors.
"""

from parley.articles.words import WORD

_TELLING_WORDS, _TELLING_LETTERS = 4, 12


def found_by_search(quote: str) -> float:
    """What a passage must have of `quote` at best: of 1,000 unrelated passages one has more (3 words never count)."""
    return 0.6 + 1.2 / _words(quote)


def followed(quote: str) -> float:
    """What must be left of `quote` in the place where it was: of 100 unrelated places one has more."""
    return 0.5 + 0.2 / _words(quote)


def is_telling(quote: str) -> bool:
    """Whether these very words, come up anew in another passage, must be those that were taken from theirs."""
    return _words(quote) >= _TELLING_WORDS and len(quote) >= _TELLING_LETTERS


def _words(quote: str) -> int:
    return len(WORD.findall(quote)) or 1
