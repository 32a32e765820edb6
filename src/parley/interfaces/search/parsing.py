"""The language of the search field: words, "phrases", -excluded words, and filters such as `by:ada`."""

import re
from typing import Literal, get_args

import msgspec

from parley.interfaces.search.words import WORD

LONGEST_QUERY = 200
MOST_TERMS = 12

Filter = Literal["kind", "topic", "by", "stance", "after", "before", "thread", "lang"]
FILTERS: tuple[Filter, ...] = get_args(Filter)
# The beginning of an address, which many texts leave out.
SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
# An optional minus, an optional filter, and a quoted phrase or a run of characters.
PART = re.compile(rf'(-?)(?:({"|".join(FILTERS)}):)?(?:"([^"]*)"?|(\S+))', re.IGNORECASE)


class Term(msgspec.Struct, frozen=True):
    """A word or phrase to look for, as typed, or one that must not occur."""

    text: str
    is_phrase: bool = False
    is_excluded: bool = False


class Query(msgspec.Struct, frozen=True):
    """What was typed: at most MOST_TERMS terms, and the value of each filter, the last one if it is repeated."""

    terms: tuple[Term, ...] = ()
    filters: dict[Filter, str] = {}

    @property
    def wanted(self) -> list[Term]:
        return [term for term in self.terms if not term.is_excluded]


def parse(typed: str) -> Query:
    """Return what `typed` asks for. Every text is valid; parts without a letter or digit are ignored."""
    terms: list[Term] = []
    filters: dict[Filter, str] = {}
    for minus, name, phrase, word in PART.findall(typed[:LONGEST_QUERY]):
        if name and not minus:
            filters[name.lower()] = (phrase or word).strip()
            continue
        text = (f"{name}:" if name else "") + SCHEME.sub("", phrase or word)
        if WORD.search(text):
            terms.append(Term(text, is_phrase=bool(phrase), is_excluded=bool(minus)))
    return Query(tuple(terms[:MOST_TERMS]), filters)
