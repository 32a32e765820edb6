"""Finding the article of a text, and writing a new one with its first revision (later ones: revising.py)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.articles.articles.display import display_of, excerpt
from parley.articles.articles.duplicates import address_variants
from parley.articles.articles.originals import as_licensed
from parley.articles.articles.tables import Article, Revision
from parley.articles.articles.text import ArticleText, CacheValidators
from parley.extraction.html.passages import ImportedPassage
from parley.platform import db

SELECT_AT_ADDRESS = "select id from article where url = any($1::text[]) order by url <> $2, id limit 1"
NOTE_FETCHED = """
update article set etag = $2, last_modified = $3, checked_at = now(), check_note = '',
                   check_at = case when display = 'full' then now() + interval '1 hour' end
where id = $1
"""
ADD_PASSAGES = """
insert into passage (revision, lineage, position, kind, level, page, boxes, html, text)
select $1, * from unnest(
    $2::bigint[], $3::int[], $4::text[], $5::int[], $6::int[], $7::text[], $8::text[], $9::text[])
"""
# A picture of an article that was taken down is served again where another one shows it (restricting.py).
SERVE_PICTURES = """
update media set hidden = false where hidden and hash in (
    select m[1] from revision r join article a on a.id = r.article join passage p on p.revision = r.id
    cross join lateral regexp_matches(p.html, '/media/([0-9a-f]{64})', 'g') m
    where r.id = $1 and a.display = 'full')
"""


async def find_article(text: ArticleText) -> int | None:
    """Return the id of the article that `text` is a version of, by address or, without an address, by the same text.

    A claimed address finds the article that was fetched there. An article that only claims it is not found.
    """
    if address := text.url or text.claimed_url:
        known: int | None = await db.value(SELECT_AT_ADDRESS, address_variants(address), address)
        if known or text.url:
            return known
    revision = Revision.select(Revision.article)
    row = await revision.where(Revision.text_hash == text.digest, Revision.article.url.is_null()).first()
    return row["article"] if row else None


class NewestRevision(msgspec.Struct, frozen=True):
    title: str
    byline: str | None
    published_at: datetime | None
    lang: str | None
    text_hash: bytes


async def _newest(article: int) -> NewestRevision | None:
    revisions = Revision.select().where(Revision.article == article)
    return await db.fetch_one(NewestRevision, revisions.order_by(Revision.number, ascending=False).limit(1))


async def with_known_facts(article: int, text: ArticleText) -> ArticleText:
    """Return `text` with the title, byline, date and language of its article, which members may have corrected."""
    known = await _newest(article)
    if known is None:
        return text
    return msgspec.structs.replace(
        text,
        title=known.title,
        byline=known.byline,
        published_at=known.published_at or text.published_at,
        lang=known.lang or text.lang,
    )


async def has_same_text(article: int, text: ArticleText) -> bool:
    known = await _newest(article)
    return known is not None and known.text_hash == text.digest


async def add_article(text: ArticleText) -> int:
    async with db.atomic():
        allowed = await display_of(text.url or text.claimed_url, text.reservations)
        allowed = "excerpt" if text.excerpt_only else allowed
        text = as_licensed(excerpt(text) if allowed == "excerpt" else text, text.licence)
        source_text = encode_passages(text.passages) if text.url else None
        new = Article(
            url=text.url,
            claimed_url=text.claimed_url,
            site=text.site,
            section=text.section,
            bio=text.bio,
            licence=text.licence,
            reservations=list(text.reservations),
            encoding=text.chosen,
            allowed=allowed,
            source_text=source_text,
        )
        [inserted] = await Article.insert(new).returning(Article.id)
        article: int = inserted["id"]
        if text.fetched is not None:
            await note_fetched(article, text.fetched)
        revision = await write_revision(article, 1, 0, text)
        await write_passages(revision, [None] * len(text.passages), text.passages)
    return article


def encode_passages(passages: Sequence[ImportedPassage]) -> bytes:
    """A source's text as bytes, for `article.source_text` and `merge_base`."""
    return msgspec.json.encode(passages)


async def note_fetched(article: int, fetched: CacheValidators) -> None:
    """Store the validators of the fetched page, and schedule the next check in an hour."""
    await db.execute(NOTE_FETCHED, article, fetched.etag, fetched.last_modified)


async def write_revision(article: int, number: int, changed: int, text: ArticleText) -> int:
    """Write the row of a revision, without its passages, and return its id."""
    new = Revision(
        article=article,
        number=number,
        title=text.title,
        byline=text.byline,
        lang=text.lang,
        dir=text.dir,
        published_at=text.published_at,
        updated_at=text.updated_at,
        words=text.words,
        changed=changed,
        text_hash=text.digest,
        fingerprint=text.fingerprint,
        original=text.original or None,
    )
    [inserted] = await Revision.insert(new).returning(Revision.id)
    revision: int = inserted["id"]
    return revision


async def write_passages(
    revision: int, lineages: Sequence[int | None], passages: Sequence[ImportedPassage]
) -> list[int]:
    """Write a revision's passages and return their lineages. Passages without one get a new lineage."""
    new = iter(await db.values("select nextval('lineage') from generate_series(1, $1)", lineages.count(None)))
    known = [next(new) if lineage is None else lineage for lineage in lineages]
    await db.execute(
        ADD_PASSAGES,
        revision,
        known,
        list(range(len(passages))),
        [passage.kind for passage in passages],
        [passage.level for passage in passages],
        [passage.page for passage in passages],
        [passage.boxes for passage in passages],
        [passage.html for passage in passages],
        [passage.text for passage in passages],
    )
    await db.execute(SERVE_PICTURES, revision)
    return known
