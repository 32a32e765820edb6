"""Other ways in which readers write a word: without hyphens and dots, with ue for ü, or only one letter of 日本語."""

import re
from collections.abc import Iterator, Sequence

from parley.interfaces.search.words import IS_UNSPACED, UNSPACED, fold

# Hyphens, apostrophes, the invisible one of Persian, and the dots of U.S.: some write them, others leave them out.
JOINERS = "'\u2019\u02bc\u2010\u2011\u200c-"
JOINER = re.compile(f"[.{JOINERS}]")
# Longer chains of words, as in addresses, are not written as one word.
JOINED = re.compile(
    rf"(?<![\w{JOINERS}])[^\W\d_]++(?:[{JOINERS}][^\W\d_]++){{1,2}}(?![\w{JOINERS}])"
    r"|(?<![\w.])(?:[^\W\d_]\.)+[^\W\d_](?!\w)"
)
LAST_LETTER = re.compile(f"(?<=[{UNSPACED}])[{UNSPACED}](?![{UNSPACED}])")
GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue"}
UMLAUT = re.compile("[äöü]", re.IGNORECASE)
WRITTEN_OUT = re.compile("([aou])e", re.IGNORECASE)


def extra_words(text: str) -> str:
    """Return what else is indexed of a text: its joined words as one, and last letters of scripts without spaces.

    The last letter begins no pair, so a search for a single letter would not find it.
    """
    return " ".join([*_joined_spellings(text), *([] if text.isascii() else LAST_LETTER.findall(text))])


def _joined_spellings(text: str) -> Iterator[str]:
    for part in text.split():
        if not part.isalpha() and JOINER.search(part):
            yield from (fold(JOINER.sub("", compound)) for compound in JOINED.findall(part))


def other_spellings(word: str, languages: Sequence[str]) -> list[str]:
    """Return other spellings of a word that is searched, on a site with texts in these languages."""
    spellings = [
        JOINED.sub(lambda match: JOINER.sub("", match[0]), word),
        UMLAUT.sub(lambda match: GERMAN[match[0].lower()], word),
    ]
    if "de" in languages:
        spellings.append(WRITTEN_OUT.sub(r"\1", word))
    return [spelling for spelling in dict.fromkeys(spellings) if spelling != word]


def is_letter(word: str) -> bool:
    """Whether a word is one letter of a script without spaces, with which pairs of letters begin."""
    return len(word) == 1 and bool(IS_UNSPACED.match(word))
