"""A language made up for tests: English with accents, in brackets, a third longer; markup and values stay."""

import calendar
import re

from parley.platform.text.languages import known
from tests.spoken import spoken

KEPT = re.compile(r"(<[^>]*>|&\w+;|%\(\w+\)s|\{\w+(?::\w+)?\})")
ACCENTED = str.maketrans("aceinouyACEINOUY", "áçéíñóúýÁÇÉÍÑÓÚÝ")
LONGER = 0.35
# What is longer by more than a suffix has more words, which can stand on a line of their own.
SUFFIX, WORD_LENGTH = 3, 7
WORD = re.compile(r"[^\W\d_]{2,}")
# The name of the software as the masthead draws it, what platform/text/formats.py writes, and names of languages.
DAYS = [*calendar.month_name, *calendar.month_abbr, *calendar.day_name]
LANGUAGES = [language.name for language in known().values()]
NAMES = {"parl", "parley", "utc"} | {name.lower() for name in [*DAYS, *LANGUAGES] if name}


def pseudo(message: str) -> str:
    """The message as somebody would read it who speaks no other language."""
    parts = KEPT.split(message)
    parts[::2] = [part.translate(ACCENTED) for part in parts[::2]]
    more = "~" * round(LONGER * sum(len(part) for part in parts[::2]))
    words = " ".join(more[start : start + WORD_LENGTH] for start in range(0, len(more), WORD_LENGTH))
    return f"⟦{''.join(parts)}{' ' * (len(words) > SUFFIX)}{words}⟧"


def outside(text: str) -> str:
    """What stands in no brackets."""
    while True:
        text, found = re.subn(r"⟦[^⟦⟧]*⟧", " ", text)
        if not found:
            return text


def untranslated(html: str, known: set[str]) -> set[str]:
    """The texts of a page that stand in no brackets and have other words than those `known`."""
    parts = {part.strip(" .,:;“”()") for part in re.split(r"[\n·]", outside("\n".join(spoken(html))))}
    return {part for part in parts if set(WORD.findall(part.lower())) - known}
