"""An article's text on its way into the database."""

import hashlib
from datetime import datetime

import msgspec

from parley.articles.importing.passages import ImportedPassage


class CacheValidators(msgspec.Struct, frozen=True):
    """What a source said of the page we fetched, for asking later whether it changed."""

    etag: str | None = None
    last_modified: str | None = None


class ArticleText(msgspec.Struct, frozen=True):
    """An article's text as it was found: what a revision keeps.

    `fetched` is None for words that somebody gave us: then `url` is what they say, not where they came from.
    """

    title: str
    passages: list[ImportedPassage]
    byline: str | None = None
    site: str | None = None
    url: str | None = None
    lang: str | None = None
    dir: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    fetched: CacheValidators | None = None

    @property
    def digest(self) -> bytes:
        """Equal for texts that read the same."""
        words = "\n".join((self.title, *(passage.html for passage in self.passages)))
        return hashlib.sha256(words.encode()).digest()

    @property
    def words(self) -> int:
        return sum(len(passage.text.split()) for passage in self.passages)
