"""Completions of a query that is being typed: values of its last filter, titles of articles, and members."""

import re
from collections.abc import Sequence

from parley.discussion.comments.rules import STANCES
from parley.discussion.threads.queries import topics
from parley.interfaces.search import queries, sources
from parley.interfaces.search.documents import TITLE_WORD
from parley.interfaces.search.forms import FILTERS, KINDS, Query, SearchForm, Term
from parley.interfaces.search.queries import Search
from parley.interfaces.search.results import EVER
from parley.interfaces.search.tables import Kind
from parley.interfaces.search.terms import TextQuery
from parley.interfaces.search.words import fold, index_words, is_letter

MOST = 6
# Shorter beginnings say nothing, except in scripts without spaces.
SHORTEST = 2
# A filter at the end, what stands before it, and the beginning of its value.
FILTER = re.compile(rf"(|.*\s)({'|'.join(FILTERS)}):(\S*)", re.IGNORECASE | re.DOTALL)


async def suggestions(form: SearchForm, viewer: int | None) -> list[str]:
    """Return at most MOST queries that complete what was typed.

    A browser shows only those that contain it, so titles complete only queries without filters.
    """
    if match := FILTER.fullmatch(form.q):
        before, name, begin = match.groups()
        return [f"{before}{name}:{value}" for value in await _values(name.lower(), begin, viewer)]
    terms = form.query.terms
    if form.thread or form.query.filters or any(term.is_excluded for term in terms):
        return []
    members = [f"by:{name}" for name in await _members(form.q, viewer)] if len(terms) == 1 else []
    titles = await _titles(terms, viewer)
    return [*titles[: MOST - min(len(members), MOST // 2)], *members][:MOST]


async def _values(name: str, begin: str, viewer: int | None) -> list[str]:
    """Return values of a filter that begin with `begin`; also topics whose names do."""
    if name == "by":
        return await _members(begin, viewer)
    if name == "topic":
        known = [(topic.slug, topic.name) for topic in await topics()]
    else:
        known = [(value, value) for value in {"stance": STANCES, "kind": KINDS}.get(name, ())]
    start = fold(begin)
    return [value for value, label in known if value.startswith(start) or fold(label).startswith(start)][:MOST]


async def _members(begin: str, viewer: int | None) -> list[str]:
    rows = await sources.members(Query((Term(begin),)), viewer, offset=0, limit=MOST)
    return [member.name for member in rows]


async def _titles(terms: Sequence[Term], viewer: int | None) -> list[str]:
    """Return titles of articles with words that begin with those of `terms`."""
    words = [word for term in terms for word in index_words(term.text).split()]
    if all(len(word) < SHORTEST and not is_letter(word) for word in words):
        return []
    text = " & ".join(f"'{TITLE_WORD}{word}':*" for word in words)
    search = Search(TextQuery(text, text), (), *EVER, viewer)
    hits = await queries.hits(search, Kind.ARTICLE, offset=0, limit=MOST)
    threads = await sources.threads(hits.refs)
    return list(dict.fromkeys(threads[ref].title for ref in hits.refs if ref in threads))
