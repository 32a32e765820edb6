"""Names: what one may be called, and when two names look so alike that they would be taken for each other."""

import re
import string
import unicodedata
from functools import cache
from pathlib import Path

from parley.core.errors import Refused
from parley.core.text.cleaning import BadText, clean

SHORTEST, LONGEST = 2, 30
LONGEST_KEY = 60

DATA = Path(__file__).parent / "data"
SEPARATORS = "_-."
BETWEEN_WORDS = re.compile(r"[\W_]+")
ACCENTS = re.compile("[\u0300-\u036f]")
# Scripts that are written together; every other name keeps to one.
WRITTEN_TOGETHER = ({"CJK", "HIRAGANA", "KATAKANA"}, {"CJK", "HANGUL"}, {"CJK", "BOPOMOFO"})

# Names that would seem to speak for the site, or that mean nobody.
RESERVED = """
abuse admin administrator all anonymous anyone bot deleted editor everyone guest help here me member mod
moderator moderators mods noreply no-reply nobody none null official owner parley postmaster removed root
security staff support system team undefined visitor webmaster you
"""


# What no name may hold as one of its words, since "moderator-2" and "Parley.Team" seem to speak for the site too.
OFFICIAL = "admin administrator moderator moderators official parley staff"
# Two letters that are read as one.
PAIRS = {"rn": "m", "vv": "w"}


def name(raw: str) -> str:
    """Return `raw` as a name that may be taken.

    Raises Refused with what is wrong. Whether somebody has it already is the database's to say.
    """
    try:
        name = unicodedata.normalize("NFKC", clean(raw, lines=False))
    except BadText as error:
        raise Refused(str(error)) from None
    if not SHORTEST <= len(name) <= LONGEST:
        raise Refused(f"A name has {SHORTEST} to {LONGEST} characters.")
    if not all(_may_stand_in_name(char) for char in name):
        raise Refused("A name is made of letters, digits and - _ . only.")
    if not _is_solid(name[0]) or name[-1] in SEPARATORS:
        raise Refused("A name begins and ends with a letter or a digit.")
    if _marks(name) > len(name) // 2 or not _keeps_to_one_script(name):
        raise Refused("Please use the letters of one script, so that no two names look alike.")
    if key(name) in _reserved() or seems_official(name):
        raise Refused("This name is reserved, because it could be mistaken for the site's own.")
    return name


def key(name: str) -> str:
    """What a name is compared by: names that look alike have the same key. Never for showing."""
    bare = ACCENTS.sub("", unicodedata.normalize("NFKD", name))
    folded = unicodedata.normalize("NFKC", bare).casefold()
    alike = "".join(_lookalikes().get(char, char) for char in folded)
    for pair, letter in PAIRS.items():
        alike = alike.replace(pair, letter)
    return alike[:LONGEST_KEY]


def seems_official(text: str) -> bool:
    """Whether a name or a title holds a word that seems to speak for the site."""
    words = [word for word in BETWEEN_WORDS.split(text) if word]
    return any(not _official().isdisjoint({key(word), key(word.strip(string.digits))}) for word in words)


def same(one: str, other: str) -> bool:
    """Whether two spellings mean the same name, case and width apart."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _is_solid(char: str) -> bool:
    return unicodedata.category(char).startswith("L") or (char.isascii() and char.isdigit())


def _may_stand_in_name(char: str) -> bool:
    return _is_solid(char) or char in SEPARATORS or unicodedata.category(char) in {"Mn", "Mc"}


def _marks(name: str) -> int:
    return sum(unicodedata.category(char).startswith("M") for char in name)


def _keeps_to_one_script(name: str) -> bool:
    # Unicode's name of a letter begins with its script, which Python's library does not know otherwise.
    letters = [char for char in name if unicodedata.category(char).startswith("L")]
    scripts = {re.split("[ -]", unicodedata.name(char, "UNKNOWN"))[0] for char in letters}
    return len(scripts) <= 1 or any(scripts <= together for together in WRITTEN_TOGETHER)


@cache
def _lookalikes() -> dict[str, str]:
    table = dict.fromkeys(SEPARATORS, "-") | {"0": "o", "1": "l", "i": "l"}
    for line in (DATA / "lookalikes.txt").read_text("utf-8").splitlines():
        letter, _, others = line.partition(" ")
        table |= dict.fromkeys(others, letter)
    return table


@cache
def _reserved() -> frozenset[str]:
    return frozenset(key(name) for name in RESERVED.split())


@cache
def _official() -> frozenset[str]:
    return frozenset(key(name) for name in OFFICIAL.split())
