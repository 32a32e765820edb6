"""Decoding bytes to text as browsers do, but with more trust in the bytes than in the declared charset."""

import codecs
import re
import unicodedata

import msgspec

from parley.extraction.errors import UNREADABLE, CannotImport
from parley.platform.text.cleaning import OVERRIDES

# Their names at IANA, with languages that are written in each, in themselves.
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
    "cp1252": "Windows-1252: français, español",
    "iso8859-15": "ISO-8859-15: français, español",
    "mac-roman": "Macintosh: français, español",
    "cp850": "IBM850: français, español",
    "cp1250": "Windows-1250: čeština, polski",
    "iso8859-2": "ISO-8859-2: čeština, polski",
    "cp1257": "Windows-1257: latviešu, lietuvių",
    "cp1254": "Windows-1254: Türkçe",
    "cp1253": "Windows-1253: Ελληνικά",
    "iso8859-7": "ISO-8859-7: Ελληνικά",
    "cp1251": "Windows-1251: кириллица",
    "koi8-r": "KOI8-R: кириллица",
    "koi8-u": "KOI8-U: українська",
    "iso8859-5": "ISO-8859-5: кириллица",
    "cp866": "IBM866: кириллица",
    "cp1255": "Windows-1255: עברית",
    "cp1256": "Windows-1256: العربية",
    "iso8859-6": "ISO-8859-6: العربية",
    "cp1258": "Windows-1258: tiếng Việt",
    "cp874": "Windows-874: ไทย",
    "cp932": "Shift_JIS: 日本語",
    "euc_jp": "EUC-JP: 日本語",
    "iso2022_jp": "ISO-2022-JP: 日本語",
    "gb18030": "GB18030: 简体中文",
    "big5hkscs": "Big5: 繁體中文",
    "cp949": "Windows-949: 한국어",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<(?:meta\b[^>]*?charset|\?xml\b[^>]*?encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_META_WINDOW = 4096  # bytes in which the declaration stands
_SNIFFED = 32_768  # bytes or characters that are looked at
_NOISE = 0.005  # of the characters: so many may be broken
_MOST_ODD, _FEW_ODD = 0.02, 3  # characters that no text has: this share, or so many
_SPACES = "\t\n\r\f\x0b\x1b"
_SHORT = 40  # bytes above 127; what has fewer could be in several charsets
# A guess is doubted below this confidence of chardet: below the second one if readers can choose the encoding
# (encodings.py). For other guesses, the last is the share of signs that need not be usual in western texts.
_SURE, _DOUBTFUL, _FEW_STRANGE = 0.3, 0.14, 0.02
_SIBLINGS = {
    "cp1250": ("cp1250", "iso8859-2"),
    "iso8859-2": ("iso8859-2", "cp1250"),
    "iso8859-15": ("cp1252", "iso8859-15"),
    "cp1252": ("cp1252", "iso8859-15"),
}
_SIGN_IN_WORD = re.compile(
    r"(?<=[^\W\d_])[^\w\s'\u2019.,/-]+(?=[^\W\d_])|[\x80-\x9f\ufffd]|\d\s?\u00a4|\u00a4\s?\d"
    # A half beside a letter is French in ISO 8859-15, which has "œ" there.
    r"|(?<=[^\W\d_])[\u00bc\u00bd]|(?<!\d)[\u00bc\u00bd](?=[^\W\d_])"
)
# What stands next to a letter in western texts, or is one; and quotation marks and dashes, which do not stand in words.
_WESTERN = re.compile(
    r"[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u0152\u0153\u0178\u0160\u0161\u017d\u017e]"
    r"|(?<!\w)[\u201c\u201e\u2018\u201a\u00ab\u00bf\u00a1]|[\u201d\u2019\u00bb](?!\w)|(?<=\w)\u2019(?=\w)"
    r"|[\u2026\u20ac\u00a3\u00a9\u00ae\u00b0\u00a7\u2022\u2122\u00a0\u00b7]|\s?[\u2013\u2014]\s?|(?<=\d)[\u00bd\u00bc\u00b2\u00b3]"
)
_CAPITAL_INSIDE = re.compile(r"[a-z\u00df-\u00ff][\u00c0-\u00de\u0160\u017d](?![A-Z\u00c0-\u00de])")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1fff\u3040-\uffdc]")

# The Encoding Standard reads these labels as their supersets; pages rely on it.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-8": "cp1255",
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


class Decoded(msgspec.Struct, frozen=True):
    """A text, the encoding in which it was read, and whether another encoding is unlikely."""

    text: str
    encoding: str
    sure: bool = True


def decode(data: bytes, charset: str | None = None) -> str:
    """The text of a page or a file, as `decode_text` reads it."""
    return decode_text(data, charset).text


def decode_text(data: bytes, charset: str | None = None, chosen: str | None = None) -> Decoded:
    """The text of a page or a file. `charset` is the one in the HTTP header, `chosen` the one that a reader chose.

    Tries the byte order mark, UTF-8, `charset`, the page's own `meta` or XML declaration, and a guess. Other bytes
    become U+FFFD, control characters and overrides of the direction are removed. Raises CannotImport for bytes that are
    no text.
    """
    known = _codec_of(chosen, guessed=True)
    decoded_text = Decoded(data.decode(known, "replace"), known) if known else _decode(data, charset)
    if not is_text(decoded_text.text):
        raise CannotImport(UNREADABLE)
    return msgspec.structs.replace(decoded_text, text=printable(decoded_text.text))


def is_text(text: str) -> bool:
    """Whether a decoded text has few characters that no text has, and at least one that it needs."""
    odd = [sign for sign in text[:_SNIFFED] if not sign.isprintable() and sign not in _SPACES]
    controls = sum(unicodedata.category(sign) in ("Cc", "Cn", "Co", "Cs") for sign in odd)
    return controls + text[:_SNIFFED].count("\ufffd") <= max(len(text[:_SNIFFED]) * _MOST_ODD, _FEW_ODD)


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


def _decode(data: bytes, charset: str | None) -> Decoded:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return Decoded(data[len(bom) :].decode(name, "replace"), name)
    declared = [name for name in (_codec_of(charset), _codec_of(_in_meta(data))) if name]
    if b"\x1b$" in data and not declared:
        return _guess(data)
    # Text in an older charset is practically never valid UTF-8. Pure ASCII is valid in both.
    for name in ["utf-8", *declared] if not data.isascii() else [*declared, "utf-8"]:
        if (text := _decode_strictly(data, name)) is not None and not _is_wide(text):
            return Decoded(text, name)
    # A few broken bytes in a page are common (truncated comments, advertising). If most are, the declaration is wrong.
    for name in [*declared, "utf-8"]:
        text = data.decode(name, "replace")
        broken, beyond_ascii = text.count("\ufffd"), len(text) - len(text.encode("ascii", "ignore"))
        if broken <= min(len(text) * _NOISE, beyond_ascii / 2) and not _is_wide(text):
            return Decoded(text, name)
    return _guess(data)


def _is_wide(text: str) -> bool:
    """Whether so many characters are NUL that this must be UTF-16."""
    return text.count("\0") > len(text) / 5


def _guess(data: bytes) -> Decoded:
    """Read text of an unknown charset. Short western text could be in several that look alike: prefer windows-1252."""
    first = _BEYOND_ASCII.search(data)
    import chardet  # noqa: PLC0415 26 modules that web processes do not need

    guess = chardet.detect(data[max(first.start() - _SHORT, 0) if first else 0 :][:_SNIFFED])
    guessed = _codec_of(guess["encoding"], guessed=True) or "cp1252"
    # UTF-8 has failed already.
    name = _sibling(data, "cp1252" if guessed == "utf-8" and first else guessed)
    text = data.decode(name, "replace")
    is_other_script = len(_OTHER_SCRIPT.findall(text)) * 4 > len(text)
    doubt, strange = (_DOUBTFUL, 0.0) if name in ENCODING_NAMES else (_SURE, _FEW_STRANGE)
    if name != "cp1252" and not is_other_script and guess["confidence"] < doubt and _is_western(data, strange):
        return Decoded(data.decode("cp1252", "replace"), "cp1252", sure=False)
    few = sum(byte > 127 for byte in data) < _SHORT  # noqa: PLR2004 ASCII ends there
    return Decoded(text, name, sure=not few or (is_other_script and guess["confidence"] > _SURE))


def _sibling(data: bytes, name: str) -> str:
    """Of two charsets for the same languages, the one in which fewer signs stand within words."""
    choices = _SIBLINGS.get(name, (name,))
    return min(choices, key=lambda choice: len(_SIGN_IN_WORD.findall(data[:_SNIFFED].decode(choice, "replace"))))


def _is_western(data: bytes, strange: float) -> bool:
    """Whether bytes above 127 are what western texts have in windows-1252, at places where they have it.

    `strange` is the share of those that need not be.
    """
    text = data.decode("cp1252", "replace")
    signs = sum(not sign.isascii() for sign in text)
    return signs - len(_WESTERN.findall(text)) + len(_CAPITAL_INSIDE.findall(text)) <= strange * signs


def _in_meta(data: bytes) -> str | None:
    match = _META.search(data[:_META_WINDOW])
    return match[1].decode("ascii", "replace") if match else None


def _codec_of(label: str | None, *, guessed: bool = False) -> str | None:
    """The codec of a label. A label that is not `guessed` from the bytes is read as browsers read it."""
    if not label:
        return None
    try:
        name = codecs.lookup(label.strip()).name
        "".encode(name)  # codecs such as "hex" are not text
    except (LookupError, ValueError):
        return None
    return name if guessed and name.startswith("utf-") else _SUPERSETS.get(name, name)


def _decode_strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None
