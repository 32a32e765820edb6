"""The languages of pages and letters: what the site's sentences are in each, and how it writes numbers and days.

A catalogue (`locales/de/public.po`) is read when the process starts, so that a translator sees a change without
building anything. How a language writes numbers and days is in `data/languages.json`, which `make languages` copies
from the CLDR.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from gettext import c2py
from pathlib import Path

import msgspec

from parley.platform.text import catalogues

PACKAGE = Path(__file__).resolve().parents[2]
LOCALES = PACKAGE / "_locales" if (PACKAGE / "_locales").is_dir() else PACKAGE.parents[1] / "locales"
# A language is offered once so much of the public catalogue is translated.
COMPLETE = 0.95


class Language(msgspec.Struct, eq=False):
    """A language: its name in itself, its direction ("ltr" or "rtl"), and how it writes numbers and days.

    `plurals` are the names of its plural forms (CLDR, as Intl knows them) in the order of the catalogue, and
    `plural_rule` computes from a number which of them is meant.
    """

    code: str
    name: str
    direction: str
    group: str
    grouped_from: int
    percent: str
    day: str
    day_and_month: str
    months: list[str]
    weekdays: list[str]
    plurals: list[str]
    plural_rule: str
    messages: dict[str, str] = {}
    counted: dict[str, list[str]] = {}
    # Of the public and of the staff's messages that are translated.
    shares: dict[str, float] = {}
    # A digest of the catalogues.
    digest: str = ""
    form: Callable[[int], int] = int

    def number(self, amount: int) -> str:
        if abs(amount) < self.grouped_from:
            return str(amount)
        text = f"{amount:,}"
        return text if self.group == "," else text.replace(",", self.group)

    def full_day(self, moment: date) -> str:
        return self.day.format(day=moment.day, month=self.months[moment.month - 1], year=moment.year)

    def day_of_year(self, moment: date) -> str:
        return self.day_and_month.format(day=moment.day, month=self.months[moment.month - 1])

    def weekday(self, moment: date) -> str:
        return self.weekdays[moment.weekday()]

    def has(self, part: str) -> bool:
        """Whether nearly all messages of a part (`public`, `staff`) are translated."""
        return self.shares.get(part, 0.0) >= COMPLETE


TABLE = Path(__file__).parent / "data/languages.json"
ENGLISH, *_others = msgspec.json.decode(TABLE.read_bytes(), type=list[Language])
ENGLISH.shares = {"public": 1.0, "staff": 1.0}


@cache
def known() -> dict[str, Language]:
    """All languages of which there is a catalogue, and English, with which it begins."""
    return {one.code: one for one in (ENGLISH, *map(_with_catalogues, _others))}


def _with_catalogues(language: Language) -> Language:
    language.form = c2py(language.plural_rule)
    for file in sorted((LOCALES / language.code).glob("*.po")):
        entries = [entry for entry in catalogues.read(file) if entry.one]
        translated = [entry for entry in entries if entry.is_translated]
        language.shares[file.stem] = len(translated) / len(entries)
        language.messages |= {entry.one: entry.translations[0] for entry in translated if entry.many is None}
        language.counted |= {entry.one: entry.translations for entry in translated if entry.many is not None}
        language.digest += hashlib.blake2b(file.read_bytes(), digest_size=8).hexdigest()
    return language


_spoken: ContextVar[Language] = ContextVar("language", default=ENGLISH)
# The language of the reader for whom something is being made.
spoken = _spoken.get


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Make everything in the language: pages, letters, numbers. What is kept in caches is kept by language."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)
