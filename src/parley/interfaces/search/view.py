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
from parley.platform.concurrency import in_thread
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


async def _excerpts(
    query: Query, text: TextQuery, texts: Mapping[int, str], titles: Mapping[int, str]
) -> tuple[dict[int, list[ExcerptPart]], dict[int, list[ExcerptPart]]]:
    """Return excerpts of texts, and titles in parts, with the hits in them.

    Folding the words of twenty long texts takes up to 100 ms, so other threads do it.
    """
    single = Query(tuple(term for term in query.wanted if not term.is_phrase)) if text.phrases else query
    words = await in_thread(excerpts.candidates, single, [*texts.values(), *titles.values()])
    phrases = (excerpts.asked_phrases(query),) if text.phrases else ()
    asked = ExcerptTerms(await queries.asked_for(words, text), excerpts.asked_pairs(query), *phrases)

    def mark() -> tuple[dict[int, list[ExcerptPart]], dict[int, list[ExcerptPart]]]:
        shown = {ref: excerpts.excerpt(one, asked) for ref, one in texts.items()}
        return shown, {ref: excerpts.mark(one, asked) for ref, one in titles.items()}

    return await in_thread(mark)


def _searched_words(rows: Iterable[CommentRow]) -> dict[int, str]:
    """Return the words of comments that are searched, without the quote."""
    return {row.id: f"{row.statement or ''} {plain(row.raw_html, excerpts.LOOKED_AT)}".strip() for row in rows}


async def _comments(refs: Sequence[int], query: Query, text: TextQuery, missing: Missing) -> list[Hit]:
    rows = {ref: row for ref, row in (await comments.by_ids(refs)).items() if row.state == "visible"}
    threads = await sources.threads([row.thread for row in rows.values()])
    shown, _ = await _excerpts(query, text, await in_thread(_searched_words, rows.values()), {})
    return [
        CommentHit(rows[ref], threads[rows[ref].thread], shown[ref], missing.get(ref, ()))
        for ref in refs
        if ref in rows
    ]


async def _passages(refs: Sequence[int], query: Query, text: TextQuery, missing: Missing) -> list[Hit]:
    passages = await sources.passages(refs)
    threads = await sources.threads([passage.thread for passage in passages.values()])
    shown, _ = await _excerpts(query, text, {ref: passage.text for ref, passage in passages.items()}, {})
    return [
        PassageHit(ref, threads[passages[ref].thread], shown[ref], missing.get(ref, ()))
        for ref in refs
        if ref in passages
    ]


async def _articles(refs: Sequence[int], query: Query, text: TextQuery, missing: Missing) -> list[Hit]:
    threads = await sources.threads(refs)
    texts = {ref: article.text for ref, article in (await sources.articles(refs)).items()}
    shown, titles = await _excerpts(query, text, texts, {ref: thread.title for ref, thread in threads.items()})
    return [
        ArticleHit(threads[ref], titles[ref], shown.get(ref, []), missing.get(ref, ()))
        for ref in refs
        if ref in threads
    ]


SHOW = {Kind.ARTICLE: _articles, Kind.PASSAGE: _passages, Kind.COMMENT: _comments}
