"""Reading articles: the present revision with its passages, and the list of revisions."""

from datetime import datetime

import msgspec
from markupsafe import Markup

from parley.core import db

WORDS_A_MINUTE = 230


class ArticleRow(msgspec.Struct, frozen=True):
    """An article as its thread shows it: the newest revision."""

    id: int
    url: str | None
    site: str | None
    display: str
    revision_id: int
    revision: int
    title: str
    byline: str | None
    lang: str | None
    dir: str | None
    published_at: datetime | None
    updated_at: datetime | None
    words: int
    passages_changed: int
    revision_at: datetime

    @property
    def minutes(self) -> int:
        """Reading time in minutes, at least one."""
        return max(1, round(self.words / WORDS_A_MINUTE))

    @property
    def revised_at(self) -> datetime | None:
        """When the text last changed, None for a text that never did."""
        return self.revision_at if self.revision > 1 else None


CURRENT = """
select a.id, a.url, a.site, a.display, r.id as revision_id, r.number as revision, r.title, r.byline, r.lang, r.dir,
       r.published_at, r.updated_at, r.words, r.changed as passages_changed, r.created_at as revision_at
from thread t join article a on a.id = t.article
join lateral (select * from revision where article = a.id order by number desc limit 1) r on true
where t.id = $1
"""


async def of_thread(thread_id: int) -> ArticleRow | None:
    return await db.fetch_one(ArticleRow, CURRENT, thread_id)


class PassageRow(msgspec.Struct, frozen=True):
    """One passage of one revision, and how the community stands to it."""

    lineage: int
    kind: str
    level: int | None
    raw_html: str
    text: str
    supports: int = 0
    challenges: int = 0
    adds: int = 0
    asks: int = 0
    none: int = 0

    @property
    def html(self) -> Markup:
        """The passage's element, sanitised when it was cut (importing/passages.py)."""
        return Markup(self.raw_html)  # noqa: S704 see the docstring

    @property
    def balance(self) -> "PassageRow":
        return self

    @property
    def comment_count(self) -> int:
        return self.supports + self.challenges + self.adds + self.asks + self.none


PASSAGES = """
select p.lineage, p.kind, p.level, p.html as raw_html, p.text,
       coalesce(b.supports, 0) as supports, coalesce(b.challenges, 0) as challenges,
       coalesce(b.adds, 0) as adds, coalesce(b.asks, 0) as asks, coalesce(b.none, 0) as none
from passage p left join (
    select passage,
           count(*) filter (where stance = 'supports') as supports,
           count(*) filter (where stance = 'challenges') as challenges,
           count(*) filter (where stance = 'adds') as adds,
           count(*) filter (where stance = 'asks') as asks,
           count(*) filter (where stance is null) as none
    from comment where thread = $2 and passage is not null and parent is null and state = 'visible'
    group by passage
) b on b.passage = p.lineage
where p.revision = $1 order by p.position
"""


async def passages(revision_id: int, thread_id: int) -> list[PassageRow]:
    """The passages of a revision in order, with the visible comments of a thread counted on each."""
    return await db.fetch(PassageRow, PASSAGES, revision_id, thread_id)


class Place(msgspec.Struct, frozen=True):
    text: str
    revision: int


CURRENT_PASSAGE = """
select p.text, r.number as revision
from thread t
join lateral (select * from revision where article = t.article order by number desc limit 1) r on true
join passage p on p.revision = r.id and p.lineage = $2
where t.id = $1
"""


async def current_passage(thread_id: int, lineage: int) -> Place | None:
    """A passage's text as the article of `thread_id` now reads."""
    return await db.fetch_one(Place, CURRENT_PASSAGE, thread_id, lineage)


class RevisionRow(msgspec.Struct, frozen=True):
    id: int
    number: int
    at: datetime
    changed: int


async def revisions(article_id: int) -> list[RevisionRow]:
    return await db.fetch(
        RevisionRow,
        "select id, number, created_at as at, changed from revision where article = $1 order by number",
        article_id,
    )


async def texts(revision_id: int) -> list[str]:
    """The words of a revision's passages, in order."""
    return await db.values("select text from passage where revision = $1 order by position", revision_id)


class MediaRow(msgspec.Struct, frozen=True):
    mime: str
    data: bytes


async def media(digest: str) -> MediaRow | None:
    return await db.fetch_one(MediaRow, "select mime, data from media where hash = $1", digest)
