"""Which names of encodings others may use for what they send."""

import codecs

# Python decodes punycode in time by the square, and with the others to what nobody wrote, or raises.
REFUSED = {"punycode", "idna", "undefined", "unicode-escape", "raw-unicode-escape"}


def usable(charset: str) -> str:
    """Return the name of an encoding. Raises LookupError for an unknown one, and for one that is no text's."""
    try:
        name = codecs.lookup(charset).name
    except ValueError as error:
        raise LookupError(charset) from error
    if name in REFUSED:
        raise LookupError(charset)
    return name
