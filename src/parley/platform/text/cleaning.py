"""Cleans text and ids from requests, so that bad ones cause an error message and not a database error."""

import re
import unicodedata

from parley.platform.text.messages import N_
from parley.platform.text.normal_forms import normalize

LARGEST_ID = 2**63 - 1
# They show letters in another order than they are written, so that a reader sees another word or address.
OVERRIDES = "\u202d\u202e"
# Characters that set the direction of the text after them. A line does not need them: pages set it (`dir="auto"`).
DIRECTIONS = OVERRIDES + "\u202a-\u202c\u2066-\u2069"
_DIRECTIONS = re.compile(f"[{DIRECTIONS}]")
# Line ends besides LF and CR that browsers, mail programs or Python know.
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
# What PostgreSQL or XML cannot hold.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_CONTROLS_OF_A_LINE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
# Not the dot of an abbreviation inside a sentence.
_SENTENCE_END = re.compile("[.!?][\"'\u201d\u2019)]*(?=\\s+[^\\sa-z])")
_CLAUSE_END = re.compile("[,;:](?=\\s)|\\s(?=[\u2014\u2013-]\\s)")


class BadText(ValueError):
    """The text has a character that cannot be stored."""

    message = N_("This contains a character that cannot be stored. Please remove it.")


def clean(raw: str, *, lines: bool = True) -> str:
    """Return `raw` in Unicode NFC, with plain line ends and without surrounding whitespace.

    Characters that reverse the order of letters are removed. One line also loses those that set its direction.
    Raises BadText for NUL, other control characters and lone surrogates.
    """
    text = normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    if (_CONTROLS if lines else _CONTROLS_OF_A_LINE).search(text):
        raise BadText(BadText.message)
    return without_overrides(text).strip() if lines else _DIRECTIONS.sub("", _LINE_ENDS.sub(" ", text)).strip()


def without_overrides(text: str) -> str:
    """Return `text` or markup without characters that reverse the order of letters."""
    for override in OVERRIDES:
        text = text.replace(override, "")
    return text


def one_line(text: str) -> str:
    """Return `text` in one line, with single spaces, without control characters and those that set a direction."""
    plain = _DIRECTIONS.sub("", " ".join(text.split()))
    return "".join(char for char in plain if unicodedata.category(char) != "Cc")


def shorten(text: str, length: int) -> str:
    """Return at most `length` characters of `text`, cut at the end of a word, with an ellipsis if it is cut."""
    if len(text) <= length:
        return text
    words = text[:length].rpartition(" ")[0]
    # Text without spaces, or a very long word, is cut inside the word.
    kept = words if len(words) > length // 2 else text[: length - 1]
    return kept.rstrip(" .,;:—-") + "…"


def shorten_to_clause(text: str, length: int) -> str:
    """Return `text` like `shorten`, but cut at the end of a sentence or a clause, if enough of it fits."""
    if len(text) <= length:
        return text
    sentence, clause = (
        max((found.end() for found in end.finditer(text, 0, length - 2)), default=0)
        for end in (_SENTENCE_END, _CLAUSE_END)
    )
    shortest = length // 2 if max(sentence, clause) >= length // 2 else length // 3
    if sentence >= shortest:
        return f"{text[:sentence]} …"
    return f"{text[:clause].rstrip(' ,;:')}…" if clause >= shortest else shorten(text, length)


def as_id(raw: str) -> int | None:
    """Return the id in `raw`, or None if it is not a valid id."""
    if not (raw.isascii() and raw.isdigit()) or len(raw) > len(str(LARGEST_ID)):
        return None
    number = int(raw)
    return number if 1 <= number <= LARGEST_ID else None


def as_ids(raw: str, most: int) -> list[int]:
    """Return the ids in a comma-separated list, without what is no id; only the first `most` parts are read."""
    return [number for part in raw.split(",", most)[:most] if (number := as_id(part)) is not None]
