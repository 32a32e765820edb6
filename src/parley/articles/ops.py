"""Writing articles: which one a text is, and a new one with its first revision (later ones: revising.py)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

import msgspec

from parley.articles.importing.passages import Passage
from parley.articles.rules import EXCERPT, HOST
from parley.core import db
from parley.core.text import shortened

DISPLAYS = ("full", "excerpt")


class Fetched(msgspec.Struct, frozen=True):
    """What a source said of the page we fetched, for asking later whether it changed."""

    etag: str | None = None
    last_modified: str | None = None


class Text(msgspec.Struct, frozen=True):
    """An article's text as it was found: what a revision keeps.

    `fetched` is None for words that somebody gave us: then `url` is what they say, not where they came from.
    """

    title: str
    passages: list[Passage]
    byline: str | None = None
    site: str | None = None
    url: str | None = None
    lang: str | None = None
    dir: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    fetched: Fetched | None = None

    @property
    def digest(self) -> bytes:
        """Equal for texts that read the same."""
        words = "\n".join((self.title, *(passage.html for passage in self.passages)))
        return hashlib.sha256(words.encode()).digest()

    @property
    def words(self) -> int:
        return sum(len(passage.text.split()) for passage in self.passages)


async def same_as(text: Text) -> int | None:
    """The id of the article that `text` is: the one of its address or, without an address, of the very same words."""
    if text.url:
        article: int | None = await db.value("select id from article where url = $1", text.url)
    else:
        article = await db.value(
            """select a.id from article a join revision r on r.article = a.id
               where a.url is null and r.text_hash = $1 limit 1""",
            text.digest,
        )
    return article


NEWEST = """
select title, byline, text_hash from revision where article = $1 order by number desc limit 1
"""


class Newest(msgspec.Struct, frozen=True):
    title: str
    byline: str | None
    text_hash: bytes


async def under_its_title(article: int, text: Text) -> Text:
    """`text` under the title and the byline that its article has here: people mended them."""
    known = await db.fetch_one(Newest, NEWEST, article)
    return msgspec.structs.replace(text, title=known.title, byline=known.byline) if known else text


async def reads_like(article: int, text: Text) -> bool:
    """Whether an article reads the same as `text` here."""
    known = await db.fetch_one(Newest, NEWEST, article)
    return known is not None and known.text_hash == text.digest


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


async def _display(url: str | None) -> str:
    host = urlsplit(url).hostname if url else None
    display: str | None = await db.value("select display from source where host = $1", host)
    return display or "full"


def excerpt(text: Text) -> Text:
    """`text` as a publisher who allows an excerpt lets us keep it: its first words, without pictures."""
    kept: list[Passage] = []
    left = EXCERPT
    for passage in text.passages:
        if passage.kind == "figure" or left <= 0:
            continue
        words = passage.text
        if len(words) > left:
            words = shortened(words, left)
            passage = Passage("paragraph", None, f"<p>{escape(words)}</p>", words)  # noqa: PLW2901 cut short
        left -= len(words)
        kept.append(passage)
    return msgspec.structs.replace(text, passages=kept)


ADD_ARTICLE = "insert into article (url, site, display) values ($1, $2, $3) returning id"


async def add_article(text: Text) -> int:
    """Write a new article with its first revision and return its id."""
    async with db.atomic():
        display = await _display(text.url)
        text = excerpt(text) if display == "excerpt" else text
        article: int = await db.value(ADD_ARTICLE, text.url, text.site, display)
        if text.fetched is not None:
            await note_fetched(article, text.fetched)
        revision = await write_revision(article, 1, 0, text)
        await write_passages(revision, [None] * len(text.passages), text.passages)
    return article


NOTE_FETCHED = """
update article set etag = $2, last_modified = $3, checked_at = now(), check_note = '',
                   check_at = case when display = 'full' then now() + interval '1 hour' end
where id = $1
"""


async def note_fetched(article: int, fetched: Fetched) -> None:
    """Keep what the source says of the page as it now is, and ask again in an hour whether it changed."""
    await db.execute(NOTE_FETCHED, article, fetched.etag, fetched.last_modified)


ADD_REVISION = """
insert into revision (article, number, title, byline, lang, dir, published_at, updated_at, words, changed, text_hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id
"""


async def write_revision(article: int, number: int, changed: int, text: Text) -> int:
    """Write what a revision says of itself and return its id; its passages come next."""
    revision: int = await db.value(
        ADD_REVISION,
        article,
        number,
        text.title,
        text.byline,
        text.lang,
        text.dir,
        text.published_at,
        text.updated_at,
        text.words,
        changed,
        text.digest,
    )
    return revision


ADD_PASSAGES = """
insert into passage (revision, lineage, position, kind, level, html, text)
select $1, * from unnest($2::bigint[], $3::int[], $4::text[], $5::int[], $6::text[], $7::text[])
"""


async def write_passages(revision: int, lineages: Sequence[int | None], passages: Sequence[Passage]) -> list[int]:
    """Write a revision's passages and return their lineages; where none is given, a new one begins."""
    new = iter(await db.values("select nextval('lineage') from generate_series(1, $1)", lineages.count(None)))
    whole = [next(new) if one is None else one for one in lineages]
    await db.execute(
        ADD_PASSAGES,
        revision,
        whole,
        list(range(len(passages))),
        [one.kind for one in passages],
        [one.level for one in passages],
        [one.html for one in passages],
        [one.text for one in passages],
    )
    return whole
