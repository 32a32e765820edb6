"""What may come in as text or as an id: everything else is a clear mistake, never a database error."""

import unicodedata

LARGEST_ID = 2**63 - 1


class BadText(ValueError):
    """The text holds something no field of ours can hold."""


def clean(raw: str, *, lines: bool = True) -> str:
    """Return `raw` in Unicode NFC with plain line ends and without white space around it.

    Raises BadText for NUL, other control characters and lone surrogates, which PostgreSQL or XML cannot hold.
    """
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    allowed = "\n\t" if lines else ""
    for char in text:
        if (char < " " and char not in allowed) or "\ud800" <= char <= "\udfff" or char == "\x7f":
            raise BadText("This holds a character that cannot be stored. Please remove it.")
    return text.strip()


def shortened(text: str, length: int) -> str:
    """`text` in at most `length` characters: cut at a word's end, and an ellipsis in place of the rest."""
    if len(text) <= length:
        return text
    words = text[:length].rpartition(" ")[0]
    # Writing without spaces, or one very long word, is cut where it must be.
    kept = words if len(words) > length // 2 else text[: length - 1]
    return kept.rstrip(" .,;:—-") + "…"


def as_id(raw: str) -> int | None:
    """Return the id written in `raw`, or None when it is not a number that an id can be."""
    if not (raw.isascii() and raw.isdigit()) or len(raw) > len(str(LARGEST_ID)):
        return None
    number = int(raw)
    return number if 1 <= number <= LARGEST_ID else None
