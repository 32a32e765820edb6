"""Fingerprints, by which passages are recognised in a publisher's page: a hash of the words, their beginning and end.

`static/js/interfaces/embed/matching.js` computes the same from the words of the page, and must agree in every bit.
"""

import re

import msgspec

from parley.platform.cache import by_text
from parley.platform.text.normal_forms import normalize

# Characters of the beginning and of the end of a passage.
END = 40
NOT_WORDS = re.compile(r"[\W_]+")
_MASK = 0xFFFFFFFF


class Fingerprint(msgspec.Struct, frozen=True, array_like=True):
    """What identifies a passage."""

    hash: str
    start: str
    end: str


def fingerprint(text: str) -> Fingerprint:
    """Return the fingerprint of a passage's text."""
    plain = plain_words(text)
    return Fingerprint(digest(plain), plain[:END], plain[-END:])


def plain_words(text: str) -> str:
    """Return only the letters and digits of a text, in lower case, with one space between words."""
    return NOT_WORDS.sub(" ", normalize("NFKC", text).lower()).strip()


# Kept, since it costs a microsecond a letter and every spelling of an article's address asks for it anew.
@by_text("digests", most_bytes=8 * 2**20)
def digest(text: str) -> str:
    """Return a hash of 64 bits as 16 hexadecimal digits: two FNV-1a hashes, since pages over http have no SHA."""
    first, second = 0x811C9DC5, 0x9DC5811C
    for byte in text.encode("utf-16-le", "surrogatepass"):
        first = (first ^ byte) * 0x01000193 & _MASK
        second = (second ^ byte) * 0x010001B3 & _MASK
    return f"{first:08x}{second:08x}"
