"""Names of members: which are allowed, and which look so alike that one could be mistaken for the other."""

import re
import string
import unicodedata
from functools import cache
from pathlib import Path

from parley.platform.errors import Refused
from parley.platform.text.cleaning import BadText, clean
from parley.platform.text.lookalikes import lookalikes
from parley.platform.text.messages import N_
from parley.platform.text.normal_forms import normalize

SHORTEST_NAME, LONGEST_NAME = 2, 30
LONGEST_KEY = 60

DATA = Path(__file__).parent / "data"
SEPARATORS = "_-."
BETWEEN_WORDS = re.compile(r"[\W_]+")
# Marks that belong to no script or to Cyrillic. Marks of other scripts are letters, such as vowels.
ACCENTS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u2de0-\u2dff\ufe20-\ufe2f]")
# Invisible letters and marks: fillers and variation selectors.
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
# Unicode's names of letters that look like a Latin one: "LATIN SMALL LETTER L WITH STROKE".
LATIN_VARIANT = re.compile("LATIN (?:SMALL LETTER|LETTER SMALL CAPITAL) (?:DOTLESS )?([A-Z])(?: WITH .+)?")
# Scripts that may be mixed in a name; any other name has letters of one script.
MIXED_SCRIPTS = ({"CJK", "HIRAGANA", "KATAKANA"}, {"CJK", "HANGUL"}, {"CJK", "BOPOMOFO"})

# A text of more times the allowed length is refused uncleaned. Cleaning makes at most four characters one letter.
FAR_TOO_LONG = 4
# Names that would seem official, or that mean no person.
RESERVED = """
abuse admin administrator all anonymous anyone bot deleted editor everyone former-member guest help here me member mod
moderator moderators mods noreply no-reply nobody none null official owner parley postmaster removed root
security staff support system team undefined visitor webmaster you
"""

# No name may have one of these words: "moderator-2" and "Parley.Team" seem official too.
OFFICIAL = "admin administrator moderator moderators official parley staff"
# Two letters that look like one.
PAIRS = {"rn": "m", "vv": "w"}


def name(raw: str) -> str:
    """Return `raw` as a name that a member may have. Raises Refused with what is wrong.

    Whether it is taken is only checked when it is written.
    """
    wrong_length = Refused(
        N_("A name has {shortest} to {longest} characters."), shortest=SHORTEST_NAME, longest=LONGEST_NAME
    )
    if len(raw.strip()) > FAR_TOO_LONG * LONGEST_NAME:
        raise wrong_length
    try:
        name = normalize("NFKC", clean(raw, lines=False))
    except BadText as error:
        raise Refused(error.message) from None
    if not SHORTEST_NAME <= len(name) <= LONGEST_NAME:
        raise wrong_length
    if INVISIBLE.search(name) or not all(_is_allowed(char) for char in name):
        raise Refused(N_("A name is made of letters, digits and - _ . only."))
    if not _is_letter_or_digit(name[0]) or name[-1] in SEPARATORS:
        raise Refused(N_("A name begins and ends with a letter or a digit."))
    marks = sum(unicodedata.category(char).startswith("M") for char in name)
    if marks > len(name) // 2 or not _has_one_script(name):
        raise Refused(N_("Please use the letters of one script, so that no two names look alike."))
    if form(name) in _reserved_forms() or seems_official(name):
        raise Refused(N_("This name is reserved, because it could be mistaken for the site's own."))
    return name


def key(name: str) -> str:
    """The form in which names are compared: names that look alike have the same key. It is never shown."""
    bare = ACCENTS.sub("", normalize("NFKD", name))
    folded = normalize("NFKC", bare).casefold()
    alike = "".join(_lookalikes().get(char) or _bare_letter(char) for char in folded)
    for pair, letter in PAIRS.items():
        alike = alike.replace(pair, letter)
    return alike[:LONGEST_KEY]


def form(name: str) -> str:
    """The form in which a name is compared with others when somebody takes it: separators do not count.

    `NAME_FORM` (tables.py) is the same for a key in the database. Pairs are written out, since a separator may have
    stood between them.
    """
    bare = key(name).replace("-", "")
    for pair, letter in PAIRS.items():
        bare = bare.replace(letter, pair)
    return bare


def _bare_letter(char: str) -> str:
    """The Latin letter of which `char` is a variant, else `char`."""
    variant = None if char.isascii() else LATIN_VARIANT.fullmatch(unicodedata.name(char, ""))
    return _lookalikes().get(letter := variant[1].lower(), letter) if variant else char


def seems_official(text: str) -> bool:
    """Whether a name or a title has a word with which its owner would seem to speak for the site."""
    words = [word for word in BETWEEN_WORDS.split(text) if word]
    return any(not _official().isdisjoint({key(word), key(word.strip(string.digits))}) for word in words)


def neutral(member: int) -> str:
    """The replacement of a name that moderators removed."""
    return f"member-{member}"


def is_neutral(name: str, member: int) -> bool:
    """Whether a member's name is such a replacement."""
    return name == neutral(member) or name.startswith(f"{neutral(member)}-")


def same(one: str, other: str) -> bool:
    """Whether two spellings differ at most in case and width."""
    return normalize("NFKC", one).casefold() == normalize("NFKC", other).casefold()


def _is_letter_or_digit(char: str) -> bool:
    return unicodedata.category(char).startswith("L") or (char.isascii() and char.isdigit())


def _is_allowed(char: str) -> bool:
    return _is_letter_or_digit(char) or char in SEPARATORS or unicodedata.category(char) in {"Mn", "Mc"}


def _has_one_script(name: str) -> bool:
    # Unicode's name of a letter or mark begins with its script, or with COMBINING for marks of all scripts. Python's
    # library has no other way to find the script.
    letters = [char for char in name if unicodedata.category(char)[0] in "LM"]
    scripts = {re.split("[ -]", unicodedata.name(char, "UNKNOWN"))[0] for char in letters} - {"COMBINING"}
    return len(scripts) <= 1 or any(scripts <= mixed for mixed in MIXED_SCRIPTS)


@cache
def _lookalikes() -> dict[str, str]:
    return dict.fromkeys(SEPARATORS, "-") | {"0": "o", "1": "l", "i": "l"} | lookalikes()


@cache
def _reserved_forms() -> frozenset[str]:
    return frozenset(form(name) for name in RESERVED.split())


@cache
def _official() -> frozenset[str]:
    return frozenset(key(name) for name in OFFICIAL.split())
