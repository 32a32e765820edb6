"""Hits as the page shows them: current text with the words that were asked for, and where it is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from parley.discussion.comments import queries as comments
from parley.discussion.comments.queries import CommentRow
from parley.interfaces.search import excerpts, queries, sources
from parley.interfaces.search.excerpts import ExcerptPart, ExcerptTerms
from parley.interfaces.search.forms import Query
from parley.interfaces.search.sources import FoundThread
from parley.interfaces.search.tables import Kind
from parley.interfaces.search.terms import TextQuery
from parley.platform.text.markdown import excerpt as plain


class ArticleHit(msgspec.Struct, frozen=True):
    thread: FoundThread
    title: list[ExcerptPart]
    excerpt: list[ExcerptPart]
    # Words of the query that it lacks, as those of the other kinds.
    missing: tuple[str, ...] = ()


class PassageHit(msgspec.Struct, frozen=True):
    lineage: int
    thread: FoundThread
    excerpt: list[ExcerptPart]
    missing: tuple[str, ...] = ()


class CommentHit(msgspec.Struct, frozen=True):
    row: CommentRow
    thread: FoundThread
    excerpt: list[ExcerptPart]
    missing: tuple[str, ...] = ()

    @property
    def at(self) -> datetime:
        return self.row.created_at


Hit = ArticleHit | PassageHit | CommentHit


Missing = Mapping[int, tuple[str, ...]]


async def show(refs: Sequence[int], kind: Kind, query: Query, text: TextQuery, missing: Missing) -> list[Hit]:
    """Return hits of one kind in the order of `refs`; without those that were removed since they were found.

    `missing` has the words that hits lack.
    """
    return await SHOW[kind](refs, query, text, missing) if refs else []


async def _excerpt_terms(query: Query, text: TextQuery, texts: Iterable[str]) -> ExcerptTerms:
    if not text.phrases:
        words = await queries.asked_for(excerpts.candidates(query, texts), text)
        return ExcerptTerms(words, excerpts.asked_pairs(query))
    single = Query(tuple(term for term in query.wanted if not term.is_phrase))
    words = await queries.asked_for(excerpts.candidates(single, texts), text)
    return ExcerptTerms(words, excerpts.asked_pairs(query), excerpts.asked_phrases(query))


async def _comments(refs: Sequence[int], query: Query, text: TextQuery, missing: Missing) -> list[Hit]:
    rows = {ref: row for ref, row in (await comments.by_ids(refs)).items() if row.state == "visible"}
    threads = await sources.threads([row.thread for row in rows.values()])
    # The words that are searched, without the quote.
    texts = {
        ref: f"{row.statement or ''} {plain(row.raw_html, excerpts.LOOKED_AT)}".strip() for ref, row in rows.items()
    }
    asked = await _excerpt_terms(query, text, texts.values())
    return [
        CommentHit(rows[ref], threads[rows[ref].thread], excerpts.excerpt(texts[ref], asked), missing.get(ref, ()))
        for ref in refs
        if ref in rows
    ]


async def _passages(refs: Sequence[int], query: Query, text: TextQuery, missing: Missing) -> list[Hit]:
    passages = await sources.passages(refs)
    threads = await sources.threads([passage.thread for passage in passages.values()])
    asked = await _excerpt_terms(query, text, [passage.text for passage in passages.values()])
    return [
        PassageHit(
            ref, threads[passages[ref].thread], excerpts.excerpt(passages[ref].text, asked), missing.get(ref, ())
        )
        for ref in refs
        if ref in passages
    ]


async def _articles(refs: Sequence[int], query: Query, text: TextQuery, missing: Missing) -> list[Hit]:
    threads = await sources.threads(refs)
    texts = {ref: article.text for ref, article in (await sources.articles(refs)).items()}
    asked = await _excerpt_terms(query, text, [*texts.values(), *(thread.title for thread in threads.values())])
    return [
        ArticleHit(
            threads[ref],
            excerpts.mark(threads[ref].title, asked),
            excerpts.excerpt(texts.get(ref, ""), asked),
            missing.get(ref, ()),
        )
        for ref in refs
        if ref in threads
    ]


SHOW = {Kind.ARTICLE: _articles, Kind.PASSAGE: _passages, Kind.COMMENT: _comments}
