"""Unicode's normal forms, in a time that is linear in the length of any text."""

import re
import unicodedata
from functools import cache
from typing import Literal

# As in Unicode's Stream-Safe Text Format (UAX #15, D4). No language needs more.
MOST_MARKS = 30
# Blocks with combining characters. Those of Chinese, Japanese and Korean letters, which come without spaces, have none.
_POSSIBLE = re.compile("[\u0300-\u303f\u3099\u309a\ua66f-\uabed\ufb1e\ufe20-\ufe2f\U000101fd-\U0001efff]{31,}")


def normalized(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """Return `text` in a normal form, after `stream_safe`."""
    return unicodedata.normalize(form, stream_safe(text))  # noqa: TID251 here it is safe


def stream_safe(text: str) -> str:
    """Return `text` with U+034F, which is invisible, between every 30 combining characters in a row.

    Python sorts the combining characters in a row by insertion: 60,000 of them, the size of a small form, take two
    seconds of the processor.
    """
    return text if text.isascii() else _POSSIBLE.sub(lambda found: _long_runs().sub("\\1\u034f", found[0]), text)


@cache
def _long_runs() -> re.Pattern[str]:
    marks = "".join(char for char in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(char))
    return re.compile(f"([{marks}]{{{MOST_MARKS}}})(?=[{marks}])")
