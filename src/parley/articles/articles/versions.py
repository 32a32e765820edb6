"""Reading the versions of an article."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from markupsafe import Markup

from parley.articles.articles.queries import ArticleRow
from parley.articles.articles.rules import HIDDEN, READABLE
from parley.articles.articles.tables import Article, Passage
from parley.articles.articles.text import ArticleText
from parley.extraction.html.passages import ImportedPassage
from parley.platform import db
from parley.platform.text.messages import Message, deserialize


def _select_passages(condition: str) -> str:
    return f"""
    select lineage, kind, level, html, text, page, boxes from passage
    where revision = (select id from revision where article = $1 and {condition} order by number desc limit 1)
    order by position
"""  # noqa: S608 constants only


SELECT_NEWEST = _select_passages("true")
# What has stood for a month counts as approved, so that an article whose source changes all the time is still followed.
SELECT_APPROVED = _select_passages("(approved or created_at < now() - interval '30 days')")
SELECT_REVISIONS = """
select r.id, r.number, case when a.untitled then t.title else r.title end as title,
       case when not a.untitled then r.byline end as byline, r.lang, r.dir, r.published_at, r.updated_at, r.words,
       r.changed, r.editor is not null as edited,
       case when m.state <> 'anonymised' then m.name end as editor,
       case when a.display = 'none' or a.untitled then '' else r.reason end as reason, r.restores, r.created_at as at
from revision r join article a on a.id = r.article left join thread t on t.article = a.id
left join member m on m.id = r.editor
where r.article = $1 order by r.number
"""
SELECT_READABLE_PASSAGES = f"""
select p.lineage, p.kind, p.level, p.html, p.text, p.page, p.boxes
from revision r join article a on a.id = r.article cross join {READABLE} p
where r.id = $1 and p.kind <> '{HIDDEN}' order by p.position
"""  # noqa: S608 constants only


class StoredPassage(msgspec.Struct, frozen=True):
    lineage: int
    kind: str
    level: int | None
    html: str
    text: str
    page: int | None = None
    boxes: str | None = None

    @property
    def markup(self) -> Markup:
        """The passage's element, sanitised on import (extraction/html/passages.py)."""
        return Markup(self.html)  # noqa: S704 see above

    @property
    def passage(self) -> ImportedPassage:
        return msgspec.convert(self, ImportedPassage, from_attributes=True)


def number_passages(passages: Iterable[ImportedPassage]) -> list[StoredPassage]:
    """Passages that are not stored, each with its index as its lineage."""
    return [StoredPassage(index, **msgspec.structs.asdict(passage)) for index, passage in enumerate(passages)]


async def all_passages(revision: int) -> list[StoredPassage]:
    """All passages of a revision, for writing the next one. What readers may see: `readable`."""
    return await db.fetch(
        StoredPassage, Passage.select().where(Passage.revision == revision).order_by(Passage.position)
    )


async def newest(article: int) -> list[StoredPassage]:
    return await db.fetch(StoredPassage, SELECT_NEWEST, article)


async def last_approved(article: int) -> list[StoredPassage]:
    """All passages of the newest revision that somebody approved, or that has stood for a month."""
    return await db.fetch(StoredPassage, SELECT_APPROVED, article)


class RevisionRow(msgspec.Struct, frozen=True):
    """A version of an article, `edited` here or from its source. `editor` is None for a closed account, too."""

    id: int
    number: int
    title: str
    byline: str | None
    lang: str | None
    dir: str | None
    published_at: datetime | None
    updated_at: datetime | None
    words: int
    changed: int
    edited: bool
    editor: str | None
    reason: str
    restores: int | None
    at: datetime


def with_passages(facts: ArticleRow | RevisionRow, passages: list[ImportedPassage]) -> ArticleText:
    """Return a text with these passages, and the title, byline, language and dates of `facts`."""
    return ArticleText(
        title=facts.title,
        passages=passages,
        byline=facts.byline,
        lang=facts.lang,
        dir=facts.dir,
        published_at=facts.published_at,
        updated_at=facts.updated_at,
    )


async def revisions(article_id: int) -> list[RevisionRow]:
    """All versions of an article, the first one first."""
    return await db.fetch(RevisionRow, SELECT_REVISIONS, article_id)


async def readable(revision_id: int) -> list[StoredPassage]:
    """The passages of a revision as readers may see them, in order."""
    return await db.fetch(StoredPassage, SELECT_READABLE_PASSAGES, revision_id)


async def check_note(article_id: int) -> Message | None:
    """Why the last check of an article's source made no revision, for editors. Empty without a problem."""
    row = await Article.select(Article.check_note).where(Article.id == article_id).first()
    return deserialize(row["check_note"]) if row and row["check_note"] else None
