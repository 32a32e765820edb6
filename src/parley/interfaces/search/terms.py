"""Queries of PostgreSQL's text search, made from what was typed.

PostgreSQL itself makes a query of each term, so nothing that was typed is parsed as its query language.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import msgspec

from parley.interfaces.search.forms import Query, Term
from parley.interfaces.search.phrases import pattern
from parley.interfaces.search.words import configuration, index_words, is_letter, other_spellings
from parley.people.accounts import queries as accounts
from parley.platform import db
from parley.platform.cache import MicroCache
from parley.platform.text.languages import spoken

# In how many languages a query is read, besides the reader's: those that most articles of this site have.
MOST_LANGUAGES = 4
SELECT_LANGUAGES = f"""
select coalesce(lower(split_part(lang, '-', 1)), '') as language from revision
group by 1 order by count(*) desc, 1 limit {MOST_LANGUAGES}
"""  # noqa: S608 constants only
# For each term in each configuration: the phrase, all its words in any order, and any of its words.
SELECT_TERMS = """
select number, phraseto_tsquery(configuration::regconfig, words)::text as phrase,
       plainto_tsquery(configuration::regconfig, words)::text as every,
       replace(plainto_tsquery(configuration::regconfig, words)::text, ' & ', ' | ') as any
from unnest($1::int[], $2::text[], $3::text[]) as term (number, configuration, words)
"""
_languages: MicroCache[list[str]] = MicroCache("search_languages", 60.0)


class Alternative(msgspec.Struct, frozen=True):
    """A term in one configuration, as text of the type tsquery; empty if it has only stop words."""

    number: int
    phrase: str
    every: str
    any: str


class TextQuery(msgspec.Struct, frozen=True):
    """A query as text of the type tsquery; empty if it has no words.

    `exact` is what was asked for; `loose` is the same with the words of phrases in any order. `any` is each word that
    was asked for, in `configurations`, to mark them in texts. `wanted` has the parts of `exact` by the place of their
    term; `excluded` is its rest. `phrases` and `unwanted_phrases` are patterns that a text must match too, or must not.
    """

    exact: str = ""
    loose: str = ""
    any: str = ""
    configurations: tuple[str, ...] = ()
    wanted: dict[int, str] = {}
    excluded: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    unwanted_phrases: tuple[str, ...] = ()

    def with_any(self, count: int, places: Iterable[int]) -> "TextQuery":
        """Return the query for texts that have `count` of the wanted terms at these places."""
        ways = combinations([self.wanted[place] for place in places], count)
        text = " & ".join([_any_of(" & ".join(some) for some in ways), *self.excluded])
        return msgspec.structs.replace(self, exact=text, loose=text, phrases=())

    def other_than(self, text: str) -> "TextQuery":
        """Return the query for texts that do not match `text`."""
        return msgspec.structs.replace(self, exact=f"{self.exact} & !({text})", loose=f"{self.loose} & !({text})")


async def text_query(query: Query, lang: str, corrections: Mapping[int, str] | None = None) -> TextQuery:
    """Return the query for the terms of `query`, in the language `lang` or, without one, in the languages of the site.

    A text may have a term or its correction; `corrections` has the places of terms as keys.
    """
    languages = [lang] if lang else await _languages.get("", _site_languages)
    spellings = [(place, term.text) for place, term in enumerate(query.terms)] + list((corrections or {}).items())
    single = [(place, term.text) for place, term in enumerate(query.terms) if not term.is_phrase]
    spellings += [(place, other) for place, text in single for other in other_spellings(text, languages)]
    rows = sorted(
        {(place, configuration(text, code), index_words(text)) for place, text in spellings for code in languages}
    )
    numbers, configurations, words = [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
    queried = await db.fetch(Alternative, SELECT_TERMS, numbers, configurations, words)
    alternatives = [
        _beginning(alternative) if is_letter(text) else alternative
        for alternative, text in zip(queried, words, strict=True)
    ]
    return _join(query.terms, alternatives, tuple(dict.fromkeys(configurations)), await _authors(query))


def _beginning(letter: Alternative) -> Alternative:
    """Return the alternative for all pairs of letters that begin with a letter."""
    pairs = f"{letter.phrase}:*"
    return Alternative(letter.number, pairs, pairs, pairs)


async def _authors(query: Query) -> dict[str, str]:
    """Return, for each of several words that is a member's name, the index word that all texts of that member have."""
    if len(query.wanted) == 1:
        return {}
    typed = {term.text: term.text.removeprefix("@") for term in query.wanted if not term.is_phrase}
    members = await accounts.of_names(list(typed.values()))
    return {word: f"'^a{members[name].id}'" for word, name in typed.items() if name in members}


async def _site_languages() -> list[str]:
    """Those of the site's articles, and the reader's, in which comments may be."""
    return [*dict.fromkeys([*(await db.values(SELECT_LANGUAGES) or ["en"]), spoken().code])]


def _join(
    terms: Sequence[Term],
    alternatives: Sequence[Alternative],
    configurations: tuple[str, ...],
    authors: Mapping[str, str],
) -> TextQuery:
    by_term: dict[int, list[Alternative]] = {place: [] for place in range(len(terms))}
    for alternative in alternatives:
        by_term[alternative.number].append(alternative)
    # A stop word of one of the languages is left out, unless the query has no other words.
    full = {place: some for place, some in by_term.items() if all(alternative.phrase for alternative in some)}
    used = full or {
        place: left
        for place, some in by_term.items()
        if (left := [alternative for alternative in some if alternative.phrase])
    }
    wanted, loose, excluded = {}, [], []
    words: dict[str, None] = {}
    for place, some in used.items():
        phrases = [alternative.phrase for alternative in some]
        if terms[place].is_excluded:
            if terms[place].is_phrase:
                continue
            excluded.append(f"!{_any_of(phrases)}")
            continue
        author = [authors[terms[place].text]] if terms[place].text in authors else []
        wanted[place] = _any_of([*phrases, *author])
        loose.append(_any_of([*(alternative.every for alternative in some), *author]))
        words |= dict.fromkeys(alternative.any for alternative in some)
    return TextQuery(
        " & ".join([*wanted.values(), *excluded]),
        " & ".join([*loose, *excluded]),
        " | ".join(words),
        configurations,
        wanted,
        tuple(excluded),
        tuple(pattern(term.text) for term in terms if term.is_phrase and not term.is_excluded),
        tuple(pattern(term.text) for term in terms if term.is_phrase and term.is_excluded),
    )


def _any_of(alternatives: Iterable[str]) -> str:
    return f"({' | '.join(f'({alternative})' for alternative in dict.fromkeys(alternatives))})"
