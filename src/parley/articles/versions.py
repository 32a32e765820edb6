"""Reading the versions of an article."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from markupsafe import Markup

from parley.articles.importing.passages import ImportedPassage
from parley.articles.rules import READABLE
from parley.core import db


class Kept(msgspec.Struct, frozen=True):
    """A passage of a revision that is kept."""

    lineage: int
    kind: str
    level: int | None
    html: str
    text: str

    @property
    def markup(self) -> Markup:
        """The passage's element, sanitised when it was cut (importing/passages.py)."""
        return Markup(self.html)  # noqa: S704 see above

    @property
    def passage(self) -> ImportedPassage:
        return msgspec.convert(self, ImportedPassage, from_attributes=True)


def numbered(passages: Iterable[ImportedPassage]) -> list[Kept]:
    """Passages that no revision keeps, each with its place as its lineage."""
    return [Kept(at, one.kind, one.level, one.html, one.text) for at, one in enumerate(passages)]


WHOLE = "select lineage, kind, level, html, text from passage where revision = $1 order by position"


async def whole(revision: int) -> list[Kept]:
    """The passages of a revision as they are kept, for writing the next one; what may be read says queries.py."""
    return await db.fetch(Kept, WHOLE, revision)


NEWEST = """
select lineage, kind, level, html, text from passage
where revision = (select id from revision where article = $1 order by number desc limit 1) order by position
"""


async def newest(article: int) -> list[Kept]:
    """The passages of an article as it is kept now, whole."""
    return await db.fetch(Kept, NEWEST, article)


class RevisionRow(msgspec.Struct, frozen=True):
    """A version of an article, `edited` here or as the source had it; `editor` is None for a member who left."""

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


REVISIONS = """
select r.id, r.number, r.title, r.byline, r.lang, r.dir, r.published_at, r.updated_at, r.words, r.changed,
       r.editor is not null as edited, m.name as editor, r.reason, r.restores, r.created_at as at
from revision r left join member m on m.id = r.editor where r.article = $1 order by r.number
"""


async def revisions(article_id: int) -> list[RevisionRow]:
    """Every version of an article, the first one first."""
    return await db.fetch(RevisionRow, REVISIONS, article_id)


READ = f"""
select p.lineage, p.kind, p.level, p.html, p.text
from revision r join article a on a.id = r.article cross join {READABLE} p
where r.id = $1 order by p.position
"""  # noqa: S608 constants only


async def readable(revision_id: int) -> list[Kept]:
    """The passages of a revision as anybody may read them, in order."""
    return await db.fetch(Kept, READ, revision_id)


async def check_note(article_id: int) -> str:
    """Why the last look at an article's source was no revision, in words for editors; empty when all is well."""
    note: str = await db.value("select check_note from article where id = $1", article_id)
    return note
