"""Unicode's normal forms, in a time that is linear in the length of any text."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Literal

# As in Unicode's Stream-Safe Text Format (UAX #15, D4). No language needs more.
MOST_MARKS = 30
# Blocks with combining characters. Those of Chinese, Japanese and Korean letters, which come without spaces, have none.
_POSSIBLE = re.compile("[\u0300-\u303f\u3099\u309a\ua66f-\uabed\ufb1e\ufe20-\ufe2f\U000101fd-\U0001efff]{31,}")
_RARE = re.compile("[\U00010000-\U0010ffff]")
# A long text is read in pieces: other threads wait for each call of the standard library. A piece ends before a
# character of ASCII, with which nothing before it is combined, unless there is none in as many characters.
PIECE = 16_384
_ASCII = re.compile("[\x00-\x7f]")


def normalize(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """Return `text` in a normal form, after `stream_safe`."""
    if len(text) <= PIECE:
        return unicodedata.normalize(form, stream_safe(text))  # noqa: TID251 here it is safe
    return "".join(normalize(form, piece) for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        match = _ASCII.search(text, start + PIECE // 2, start + PIECE)
        end = match.start() if match else start + PIECE
        yield text[start:end]
        start = end


def stream_safe(text: str) -> str:
    """Return `text` with U+034F, which is invisible, between every 30 combining characters in a row.

    Python sorts the combining characters in a row by insertion: 60,000 of them, the size of a small form, take two
    seconds of the processor.
    """
    return text if text.isascii() else _POSSIBLE.sub(_divide, text)


def _divide(match: re.Match[str]) -> str:
    return _long_runs("\U0001f000" if _RARE.search(match[0]) else "\uffff").sub("\\1\u034f", match[0])


@cache
def _long_runs(last: str) -> re.Pattern[str]:
    """Return a pattern of rows of marks up to `last` that are too long.

    Python compares each letter with all marks above U+FFFF one by one. They are left out where there are none.
    """
    marks = "".join(char for char in map(chr, range(0x300, ord(last))) if unicodedata.combining(char))
    return re.compile(f"([{marks}][{marks}]{{{MOST_MARKS - 1}}})(?=[{marks}])")
