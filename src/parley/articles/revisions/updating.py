"""Merging a new text of its source into an article, so that corrections made here stay (merging.py)."""

import hashlib
from collections.abc import Collection, Sequence

import msgspec

from parley.articles.articles import versions
from parley.articles.articles.display import excerpt
from parley.articles.articles.ops import encode_passages, with_known_facts
from parley.articles.articles.queries import ArticleRow
from parley.articles.articles.tables import Article
from parley.articles.articles.text import ArticleText
from parley.articles.revisions.merging import MergeResult, merge, with_known_pictures
from parley.extraction.html.passages import ImportedPassage
from parley.platform import db
from parley.platform.concurrency import in_thread


class SourceUpdate(msgspec.Struct, frozen=True):
    """A text of an article's source, and the `text` that the article has after merging it."""

    source: ArticleText
    text: ArticleText
    merged: MergeResult
    revision: int

    @property
    def version(self) -> str:
        """A hash that changes with the article, the update and its conflicts, to detect stale forms."""
        parts = [self.revision, self.text.digest.hex(), self.merged.conflicts]
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]


class StoredSource(msgspec.Struct, frozen=True):
    """The last text of an article's source, and the base for merging its next one (tables.py), encoded."""

    source_text: bytes | None
    merge_base: bytes | None


async def _stored_source(article: int) -> StoredSource | None:
    return await db.fetch_one(StoredSource, Article.select().where(Article.id == article))


async def last_source(article: int) -> list[ImportedPassage]:
    """The last text of an article's source. Empty for pasted texts."""
    row = await _stored_source(article)
    return _decode(row.source_text if row else None)


async def as_update(article: ArticleRow, text: ArticleText, take: Collection[int] = ()) -> SourceUpdate:
    """Merge a new text of its source into `article`. In the conflicts numbered in `take`, the source's text wins."""
    source = await with_known_facts(article.id, text)
    source = excerpt(source) if article.display == "excerpt" else source
    row = await _stored_source(article.id)
    base = await in_thread(_decode, (row.merge_base or row.source_text) if row else None)
    source = msgspec.structs.replace(source, passages=with_known_pictures(base, source.passages))
    ours = await versions.newest(article.id)
    merged = await in_thread(lambda: merge(base, [stored.passage for stored in ours], source.passages, take))
    return SourceUpdate(source, msgspec.structs.replace(source, passages=merged.passages), merged, article.revision)


async def store_source(
    article: int, passages: Sequence[ImportedPassage], merge_base: Sequence[ImportedPassage] | None
) -> None:
    """Store a source's text and, while conflicts wait for a decision, the base for merging its next one."""
    base = encode_passages(merge_base) if merge_base is not None else None
    await Article.update(source_text=encode_passages(passages), merge_base=base).where(Article.id == article)


async def shorten_source(article: int) -> None:
    """Store only an excerpt of the source's last text."""
    shortened = excerpt(ArticleText("", await last_source(article)))
    await store_source(article, shortened.passages, None)


def _decode(passages: bytes | None) -> list[ImportedPassage]:
    return msgspec.json.decode(passages or b"[]", type=list[ImportedPassage])
