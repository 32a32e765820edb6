"""The search form, and the language of its field: words, "phrases", -excluded words, and filters such as `by:ada`."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal, get_args

import msgspec

from parley.discussion.comments.rules import STANCES
from parley.interfaces.search.words import WORD
from parley.platform.http.forms import Form
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

KINDS = ("article", "passage", "comment", "member")
RESULT_SORTS = ("best", "new")
MOST_PAGES = 20
# Hits on a page of one kind.
PAGE = 20
# A year, a month or a day: 2026, 2026-11 or 2026-11-30.
DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
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


class SearchForm(Form):
    """A search. A filter among the words wins over the same field. A page of one kind has `limit` hits."""

    def __init__(self, data: Mapping[str, Any], limit: int = PAGE) -> None:
        super().__init__(data)
        self.limit = limit
        self.q = self.text("q", most=LONGEST_QUERY)
        self.query = parse(self.q)
        for name in FILTERS:
            self.values[name] = self.query.filters.get(name) or self.values.get(name, "").strip()
        self.kind = self.choice("kind", KINDS)
        self.stance = self.choice("stance", STANCES)
        self.sort = self.choice("sort", RESULT_SORTS) or "best"
        self.thread = self.id("thread")
        self.by = self.text("by", most=60)
        self.topic = self.text("topic", most=40)
        self.lang = self.text("lang", most=10).lower()
        self.after = self._date("after")
        self.before = self._date("before")
        self.page = min(as_id(self.values.get("page", "")) or 1, MOST_PAGES)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for."""
        filters = (self.by, self.topic, self.stance, self.thread, self.lang, self.after, self.before)
        return not self.query.wanted and not any(filters)

    @property
    def has_phrases(self) -> bool:
        return any(term.is_phrase for term in self.query.wanted)

    @property
    def without_quotes(self) -> str:
        """The same query for texts with the words of its phrases in any order."""
        return self.q.replace('"', " ").strip()

    @property
    def chosen(self) -> dict[str, str]:
        """The fields that are filled in, for links to the same search."""
        names = ("q", *(name for name in FILTERS if name not in self.query.filters), "sort")
        return {name: value for name in names if (value := self.values.get(name, ""))}

    @property
    def uses_fields(self) -> bool:
        """Whether one of the fields that are folded away is filled in."""
        return any(name in self.chosen for name in ("by", "topic", "stance", "after", "before", "lang"))

    def _date(self, name: str) -> datetime | None:
        raw = self.values[name]
        if not raw:
            return None
        match = DATE.fullmatch(raw)
        with suppress(ValueError):
            if match:
                return datetime(int(match[1]), int(match[2] or 1), int(match[3] or 1), tzinfo=UTC)
        self.errors[name] = N_("Please write the date as 2026-11-30, or only a year or a month of it.")
        return None
