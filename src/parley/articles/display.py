"""How much of an article is kept and shown: the whole, or the excerpt that its publisher allows."""

from html import escape
from urllib.parse import urlsplit

import msgspec

from parley.articles.importing.passages import ImportedPassage
from parley.articles.rules import EXCERPT, HOST
from parley.articles.text import ArticleText
from parley.core import db
from parley.core.text.cleaning import shortened

DISPLAYS = ("full", "excerpt")

DISPLAY_OF_ALL = f"""
update article
set display = $2, check_at = case when $2 = 'full' and checked_at is not null then now() + interval '1 hour' end
where display <> $2 and {HOST} = $1 returning id
"""  # noqa: S608 constants only


async def set_display(url: str, display: str) -> list[int]:
    """Decide how much of the articles of `url`'s site is shown, `full` or `excerpt`, and return whose that changed."""
    host = urlsplit(url).hostname
    async with db.atomic():
        await db.execute(
            """insert into source (host, display) values ($1, $2)
               on conflict (host) do update set display = excluded.display""",
            host,
            display,
        )
        return await db.values(DISPLAY_OF_ALL, host, display)


async def display_of(url: str | None) -> str:
    """How much is shown of an article of this address."""
    host = urlsplit(url).hostname if url else None
    display: str | None = await db.value("select display from source where host = $1", host)
    return display or "full"


def excerpt(text: ArticleText) -> ArticleText:
    """`text` as a publisher who allows an excerpt lets us keep it: its first words, without pictures."""
    kept: list[ImportedPassage] = []
    left = EXCERPT
    for passage in text.passages:
        if passage.kind == "figure" or left <= 0:
            continue
        words = passage.text
        if len(words) > left:
            words = shortened(words, left)
            passage = ImportedPassage("paragraph", None, f"<p>{escape(words)}</p>", words)  # noqa: PLW2901 cut short
        left -= len(words)
        kept.append(passage)
    return msgspec.structs.replace(text, passages=kept)
