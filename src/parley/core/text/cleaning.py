"""Cleans text and ids from requests, so that bad ones cause an error message and not a database error."""

import unicodedata

from parley.core.text.messages import N_

LARGEST_ID = 2**63 - 1


class BadText(ValueError):
    """The text has a character that cannot be stored."""

    message = N_("This holds a character that cannot be stored. Please remove it.")


def clean(raw: str, *, lines: bool = True) -> str:
    """Return `raw` in Unicode NFC, with plain line ends and without surrounding whitespace.

    Raises BadText for NUL, other control characters and lone surrogates, which PostgreSQL or XML cannot hold.
    """
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    allowed = "\n\t" if lines else ""
    for char in text:
        if (char < " " and char not in allowed) or "\ud800" <= char <= "\udfff" or char == "\x7f":
            raise BadText(BadText.message)
    return text.strip()


def shortened(text: str, length: int) -> str:
    """Return at most `length` characters of `text`, cut at the end of a word, with an ellipsis if it is cut."""
    if len(text) <= length:
        return text
    words = text[:length].rpartition(" ")[0]
    # Text without spaces, or a very long word, is cut inside the word.
    kept = words if len(words) > length // 2 else text[: length - 1]
    return kept.rstrip(" .,;:—-") + "…"


def as_id(raw: str) -> int | None:
    """Return the id in `raw`, or None if it is not a valid id."""
    if not (raw.isascii() and raw.isdigit()) or len(raw) > len(str(LARGEST_ID)):
        return None
    number = int(raw)
    return number if 1 <= number <= LARGEST_ID else None


def as_ids(raw: str, most: int) -> list[int]:
    """Return the ids in a comma-separated list, without what is no id; only the first `most` parts are read."""
    return [found for one in raw.split(",", most)[:most] if (found := as_id(one)) is not None]
