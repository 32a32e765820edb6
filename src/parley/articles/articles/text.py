"""An article's text before it is stored."""

import hashlib
import re
from datetime import datetime

import msgspec

from parley.extraction.html.passages import ImportedPassage
from parley.extraction.text.words import UNSPACED

# With the punctuation that goes with these scripts.
_UNSPACED = re.compile(rf"[{UNSPACED}\u3000-\u303f\uff00-\uffef]")


class CacheValidators(msgspec.Struct, frozen=True):
    """The HTTP validators of a fetched page, for conditional requests."""

    etag: str | None = None
    last_modified: str | None = None


class ArticleText(msgspec.Struct, frozen=True):
    """An article's text as it was imported or edited.

    `url` is where it was fetched, or where the operator says that it is from; it identifies the article. A pasted or
    uploaded text may only claim an address. `where` says where each fact was found (extraction/html/extract.py).
    """

    title: str
    passages: list[ImportedPassage]
    byline: str | None = None
    site: str | None = None
    url: str | None = None
    claimed_url: str | None = None
    lang: str | None = None
    dir: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    # An address or a name; what its page reserves is some of extraction/metadata/licences.py's RESERVATIONS.
    licence: str | None = None
    reservations: tuple[str, ...] = ()
    section: str | None = None
    bio: str | None = None
    # The encoding in which its bytes were read, whether another is unlikely, and the one that its member chose.
    encoding: str | None = None
    sure: bool = True
    chosen: str | None = None
    fetched: CacheValidators | None = None
    # No more than an excerpt may be stored, whatever its site and its page allow.
    excerpt_only: bool = False
    where: dict[str, str] = {}
    # The hash of the PDF from which it was read; empty if that is not kept, None for an edit.
    original: str | None = None
    # Of the text as it was imported, to find the same text at another address (duplicates.py).
    fingerprint: list[int] = []

    @property
    def digest(self) -> bytes:
        words = "\n".join((self.title, *(passage.html for passage in self.passages)))
        return hashlib.sha256(words.encode()).digest()

    @property
    def words(self) -> int:
        """The number of words. Of scripts without spaces, two characters are read in the time of one."""
        parts = (_UNSPACED.subn(" ", passage.text) for passage in self.passages)
        return sum(len(spaced.split()) + unspaced // 2 for spaced, unspaced in parts)
