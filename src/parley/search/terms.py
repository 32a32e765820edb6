"""Queries of PostgreSQL's text search, made from what was typed.

PostgreSQL itself makes a query of each term, so nothing that was typed is parsed as its query language.
"""

from collections.abc import Iterable, Sequence

import msgspec

from parley.core import db
from parley.core.cache import MicroCache
from parley.search.parsing import Query, Term
from parley.search.words import configuration, indexed

# In how many languages a query is read: those that most articles of this site have.
MOST_LANGUAGES = 4
LANGUAGES = f"""
select coalesce(lower(split_part(lang, '-', 1)), '') as language from revision
group by 1 order by count(*) desc, 1 limit {MOST_LANGUAGES}
"""  # noqa: S608 constants only
# For each term in each configuration: the phrase, all its words in any order, and any of its words.
TERMS = """
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
    was asked for, in `configurations`, to mark them in texts.
    """

    exact: str = ""
    loose: str = ""
    any: str = ""
    configurations: tuple[str, ...] = ()


async def text_query(query: Query, lang: str) -> TextQuery:
    """Return the query for the terms of `query`, in the language `lang` or, without one, in those of the site."""
    languages = [lang] if lang else await _languages.get("", _site_languages)
    pairs = sorted(
        {(place, configuration(one.text, code)) for place, one in enumerate(query.terms) for code in languages}
    )
    numbers, configurations = [place for place, _ in pairs], [name for _, name in pairs]
    words = [indexed(query.terms[place].text) for place in numbers]
    alternatives = await db.fetch(Alternative, TERMS, numbers, configurations, words)
    return _joined(query.terms, alternatives, tuple(dict.fromkeys(configurations)))


async def _site_languages() -> list[str]:
    return await db.values(LANGUAGES) or ["en"]


def _joined(terms: Sequence[Term], found: Sequence[Alternative], configurations: tuple[str, ...]) -> TextQuery:
    by_term = {place: [one for one in found if one.number == place] for place in range(len(terms))}
    # A stop word of one of the languages is left out, unless the query has no other words.
    full = {place: some for place, some in by_term.items() if all(one.phrase for one in some)}
    used = full or {place: left for place, some in by_term.items() if (left := [one for one in some if one.phrase])}
    exact, loose = [], []
    for place, some in used.items():
        no = "!" if terms[place].is_excluded else ""
        exact.append(no + _any_of(one.phrase for one in some))
        loose.append(no + _any_of((one.phrase if no else one.every) for one in some))
    wanted = [one.any for place, some in used.items() if not terms[place].is_excluded for one in some]
    return TextQuery(" & ".join(exact), " & ".join(loose), " | ".join(dict.fromkeys(wanted)), configurations)


def _any_of(alternatives: Iterable[str]) -> str:
    return f"({' | '.join(f'({one})' for one in dict.fromkeys(alternatives))})"
