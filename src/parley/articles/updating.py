"""What an article would say with a new text of its source: corrections that were made here stay (merging.py)."""

import asyncio
import hashlib
from collections.abc import Collection, Sequence

import msgspec

from parley.articles import versions
from parley.articles.display import excerpt
from parley.articles.importing.passages import ImportedPassage
from parley.articles.merging import Merged, merge, with_known_pictures
from parley.articles.ops import encode_passages, under_its_title
from parley.articles.queries import ArticleRow
from parley.articles.text import ArticleText
from parley.core import db


class Update(msgspec.Struct, frozen=True):
    """`said`, a text of an article's source, and the `text` that the article has with it."""

    said: ArticleText
    text: ArticleText
    merged: Merged
    revision: int

    @property
    def version(self) -> str:
        """Another one whenever the article, the update or its conflicts are not what somebody looked at."""
        seen = [self.revision, self.text.digest.hex(), self.merged.conflicts]
        return hashlib.sha256(msgspec.json.encode(seen)).hexdigest()[:16]


class Source(msgspec.Struct, frozen=True):
    """What the source of an article said last, and what its next text is merged with, as they are kept."""

    source_text: bytes | None
    merge_base: bytes | None


SOURCE = "select source_text, merge_base from article where id = $1"


async def last_said(article: int) -> list[ImportedPassage]:
    """What the source of an article said last; nothing for pasted text."""
    found = await db.fetch_one(Source, SOURCE, article)
    return _decode(found.source_text if found else None)


async def as_update(article: ArticleRow, text: ArticleText, take: Collection[int] = ()) -> Update:
    """`article` with what its source says now; `take` are the conflicts in which the source's words are chosen."""
    said = await under_its_title(article.id, text)
    said = excerpt(said) if article.display == "excerpt" else said
    found = await db.fetch_one(Source, SOURCE, article.id)
    base = _decode((found.merge_base or found.source_text) if found else None)
    said = msgspec.structs.replace(said, passages=with_known_pictures(base, said.passages))
    ours = [one.passage for one in await versions.newest(article.id)]
    merged = await asyncio.to_thread(merge, base, ours, said.passages, take)
    return Update(said, msgspec.structs.replace(said, passages=merged.passages), merged, article.revision)


KEEP_SOURCE = "update article set source_text = $2, merge_base = $3 where id = $1"


async def keep_source(
    article: int, said: Sequence[ImportedPassage], merge_base: Sequence[ImportedPassage] | None
) -> None:
    """Keep what the source says now, and while conflicts wait for a decision, what to merge its next text with."""
    base = encode_passages(merge_base) if merge_base is not None else None
    await db.execute(KEEP_SOURCE, article, encode_passages(said), base)


async def cut_source(article: int) -> None:
    """Keep no more of what the source said than an excerpt."""
    said = excerpt(ArticleText("", await last_said(article)))
    await keep_source(article, said.passages, None)


def _decode(passages: bytes | None) -> list[ImportedPassage]:
    return msgspec.json.decode(passages or b"[]", type=list[ImportedPassage])
