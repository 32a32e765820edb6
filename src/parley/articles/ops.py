"""Writing articles: which one a text is, and a new one with its first revision (later ones: revising.py)."""

from collections.abc import Sequence

import msgspec

from parley.articles.display import display_of, excerpt
from parley.articles.importing.passages import ImportedPassage
from parley.articles.text import ArticleText, CacheValidators
from parley.core import db


async def same_as(text: ArticleText) -> int | None:
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


class NewestRevision(msgspec.Struct, frozen=True):
    title: str
    byline: str | None
    text_hash: bytes


async def under_its_title(article: int, text: ArticleText) -> ArticleText:
    """`text` under the title and the byline that its article has here: people mended them."""
    known = await db.fetch_one(NewestRevision, NEWEST, article)
    return msgspec.structs.replace(text, title=known.title, byline=known.byline) if known else text


async def reads_like(article: int, text: ArticleText) -> bool:
    """Whether an article reads the same as `text` here."""
    known = await db.fetch_one(NewestRevision, NEWEST, article)
    return known is not None and known.text_hash == text.digest


ADD_ARTICLE = "insert into article (url, site, display, source_text) values ($1, $2, $3, $4) returning id"


async def add_article(text: ArticleText) -> int:
    """Write a new article with its first revision and return its id."""
    async with db.atomic():
        display = await display_of(text.url)
        text = excerpt(text) if display == "excerpt" else text
        said = encode_passages(text.passages) if text.url else None
        article: int = await db.value(ADD_ARTICLE, text.url, text.site, display, said)
        if text.fetched is not None:
            await note_fetched(article, text.fetched)
        revision = await write_revision(article, 1, 0, text)
        await write_passages(revision, [None] * len(text.passages), text.passages)
    return article


def encode_passages(passages: Sequence[ImportedPassage]) -> bytes:
    """What a source says, as it is kept."""
    return msgspec.json.encode(passages)


NOTE_FETCHED = """
update article set etag = $2, last_modified = $3, checked_at = now(), check_note = '',
                   check_at = case when display = 'full' then now() + interval '1 hour' end
where id = $1
"""


async def note_fetched(article: int, fetched: CacheValidators) -> None:
    """Keep what the source says of the page as it now is, and ask again in an hour whether it changed."""
    await db.execute(NOTE_FETCHED, article, fetched.etag, fetched.last_modified)


ADD_REVISION = """
insert into revision (article, number, title, byline, lang, dir, published_at, updated_at, words, changed, text_hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id
"""


async def write_revision(article: int, number: int, changed: int, text: ArticleText) -> int:
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


async def write_passages(
    revision: int, lineages: Sequence[int | None], passages: Sequence[ImportedPassage]
) -> list[int]:
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
