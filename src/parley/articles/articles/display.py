"""Whether an article is shown in full, or as the excerpt that its publisher allows."""

from collections.abc import Collection
from html import escape
from urllib.parse import urlsplit

import msgspec

from parley.articles.articles.rules import EXCERPT, HOST
from parley.articles.articles.tables import Article, Source
from parley.articles.articles.text import ArticleText
from parley.extraction.html.passages import ImportedPassage
from parley.extraction.metadata.licences import EXCERPT_ONLY
from parley.platform import db
from parley.platform.text.cleaning import shorten

DISPLAYS = ("full", "excerpt")
_FEWEST = 30  # letters of a passage that is cut

SET_ON_ARTICLES = f"""
update article
set allowed = $2, check_at = case when $2 = 'full' and checked_at is not null then now() + interval '1 hour' end
where allowed <> $2 and {HOST} = $1 returning id
"""  # noqa: S608 constants only
SET_RESERVED = """
update article set reservations = $2 where id = $1 and reservations <> $2 returning coalesce(url, claimed_url) as url
"""


async def set_display(url: str, display: str) -> list[int]:
    """Show the articles of `url`'s site in `full` or as an `excerpt`, and return the ids of those that this changed."""
    host = urlsplit(url).hostname
    async with db.atomic():
        await Source.insert(Source(host=host, display=display)).on_conflict(Source.host, "DO UPDATE", [Source.display])
        return await db.values(SET_ON_ARTICLES, host, display)


async def note_reservations(article: int, reservations: Collection[str]) -> list[int]:
    """Store what an article's page reserves now.

    Returns the article's id if that allows an excerpt only, where the article was shown in full.
    """
    async with db.atomic():
        if not (changed := await db.values(SET_RESERVED, article, list(reservations))):
            return []
        if await display_of(changed[0], reservations) == "full":
            return []
        is_full = (Article.id == article) & (Article.allowed == "full")
        shortened = Article.update({Article.allowed: "excerpt", Article.check_at: None}).where(is_full)
        return [row["id"] for row in await shortened.returning(Article.id)]


async def display_of(url: str | None, reservations: Collection[str] = ()) -> str:
    """Return how an article of this address is shown, as set for its site or else as its page's reservations ask."""
    host = urlsplit(url).hostname if url else None
    row = await Source.select(Source.display).where(Source.host == host).first()
    if row:
        return str(row["display"])
    return "full" if EXCERPT_ONLY.isdisjoint(reservations) else "excerpt"


def excerpt(text: ArticleText) -> ArticleText:
    """Return the first words of `text`, without pictures."""
    passages: list[ImportedPassage] = []
    left = EXCERPT
    for passage in text.passages:
        if passage.kind == "figure" or (passages and left < _FEWEST):
            continue
        words = passage.text
        if len(words) > left:
            words = shorten(words, left)
            passage = ImportedPassage("paragraph", None, f"<p>{escape(words)}</p>", words)  # noqa: PLW2901 shortened
        left -= len(words)
        passages.append(passage)
    return msgspec.structs.replace(text, passages=passages, original="")
