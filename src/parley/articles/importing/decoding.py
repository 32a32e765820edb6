"""Decoding bytes to text as browsers do, but with more trust in the bytes than in the declared charset."""

import codecs
import re

from charset_normalizer import from_bytes

from parley.core.text.cleaning import OVERRIDES

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<(?:meta\b[^>]*?charset|\?xml\b[^>]*?encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_WINDOW = 4096
_SNIFFED = 32_768
_NOISE = 0.005
_SWAPPED = re.compile(r"[a-z\u00df-\u00ff\u0430-\u045f][A-Z\u00c0-\u00de\u0400-\u042f]")

# The Encoding Standard reads these labels as their supersets; pages rely on it.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    # A page in which this label can be read is not UTF-16 (Encoding Standard, "prescan").
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
    "utf-32": "utf-8",
    # Never declared in good faith: it can hide markup from filters.
    "utf-7": "cp1252",
}
# Characters that XML and PostgreSQL refuse, those that reverse the order of letters, and soft hyphens, which would
# break quoting and searching.
_REMOVED = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 127, 0xAD, *map(ord, OVERRIDES), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
)
_REFERENCE = re.compile(r"&(?:#(?P<number>\d{1,7}|x[0-9a-f]{1,6})|shy);?", re.IGNORECASE)


def decode(data: bytes, charset: str | None = None) -> str:
    """Return the text of a page or a file. `charset` is the one in the HTTP header, if any.

    Tries the byte order mark, UTF-8, `charset`, the page's own `meta`, and a guess. Never fails: undecodable bytes
    become U+FFFD. Control characters and overrides of the direction are removed.
    """
    return printable(_decode(data, charset))


def printable(text: str) -> str:
    """Remove control characters, overrides of the direction, lone surrogates and soft hyphens."""
    return text.translate(_REMOVED)


def printable_markup(markup: str) -> str:
    """Remove such characters from markup, character references included."""
    return _REFERENCE.sub(_without_removed, printable(markup))


def _without_removed(reference: re.Match[str]) -> str:
    number = reference["number"] or "173"
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    return "" if code in _REMOVED else reference[0]


def _decode(data: bytes, charset: str | None) -> str:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(name, "replace")
    declared = [name for name in (_known(charset), _known(_in_meta(data))) if name]
    # Text in an older charset is practically never valid UTF-8. Pure ASCII is valid in both.
    for name in ["utf-8", *declared] if not data.isascii() else [*declared, "utf-8"]:
        if (text := _strictly(data, name)) is not None:
            return text
    # A few broken bytes in a page are common (truncated comments, advertising).
    for name in [*declared, "utf-8"]:
        text = data.decode(name, "replace")
        if text.count("\ufffd") <= len(text) * _NOISE:
            return text
    return data.decode(_guess(data[:_SNIFFED]), "replace")


def _guess(data: bytes) -> str:
    """Guess the charset. Of several that fit, choose the one in which the fewest capitals follow a small letter.

    KOI8-R decoded as Windows-1251 gives letters with their cases swapped.
    """
    fitting = min(from_bytes(data), key=lambda match: len(_SWAPPED.findall(str(match))), default=None)
    return fitting.encoding if fitting else "cp1252"


def _in_meta(data: bytes) -> str | None:
    found = _META.search(data[:_META_WINDOW])
    return found[1].decode("ascii", "replace") if found else None


def _known(label: str | None) -> str | None:
    if not label:
        return None
    try:
        name = codecs.lookup(label.strip()).name
        "".encode(name)  # codecs such as "hex" are not text
    except (LookupError, ValueError):
        return None
    return _SUPERSETS.get(name, name)


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None
