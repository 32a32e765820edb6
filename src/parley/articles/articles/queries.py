"""Reading articles as they are now (their versions: versions.py)."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from markupsafe import Markup

from parley.articles.articles.marks import mark
from parley.articles.articles.rules import HIDDEN, READABLE
from parley.articles.articles.tables import Media
from parley.extraction.metadata.licences import MINING, licence_name
from parley.platform import db
from parley.platform.settings import settings
from parley.platform.text.directions import direction_of

WORDS_A_MINUTE = 230
SAMPLE = 300  # characters from which the writing direction of a passage is detected
DEEPEST = 4
SELECT_CURRENT = """
select a.id, case when not a.untitled then a.url end as url,
       case when not a.untitled then a.claimed_url end as claimed_url, case when not a.untitled then a.site end as site,
       case when not a.untitled then a.section end as section, case when not a.untitled then a.bio end as bio,
       case when not a.untitled then a.licence end as licence, a.reservations,
       a.display, a.restricted, a.untitled, a.erased, a.removed_passages, r.id as revision_id, r.number as revision,
       case when a.untitled then t.title else r.title end as title,
       case when not a.untitled then r.byline end as byline, r.lang, r.dir, r.published_at, r.updated_at, r.words,
       r.original is not null and a.display = 'full' and not a.untitled as has_original,
       r.changed as passages_changed, r.created_at as revision_at
from thread t join article a on a.id = t.article
join lateral (select * from revision where article = a.id order by number desc limit 1) r on true
where t.id = $1
"""
# SQL, since the table of threads is in a package above this one.
SELECT_THREAD = "select id, slug, title, state from thread where article = $1"
# What the thread's map says of statements on each passage. SQL, as its table is in a package above this one.
SELECT_VERDICTS = """
    select c.passage, count(*) filter (where s.verdict = 'common-ground') as common,
           count(*) filter (where s.verdict = 'dividing') as dividing
    from statement_verdict s join comment c on c.id = s.comment
    where s.thread = $2 and c.state = 'visible' and c.collapsed is null and c.anchor <> 'lost' group by c.passage
"""
# More marks than anybody reads. The limit keeps the cost the same for any number of comments.
MOST_MARKS = 300
SELECT_QUOTED = f"""
    select passage, array_agg(words) as words, array_agg(comments) as comments from (
        select passage, words, comments from quoted_words where thread = $2 and comments > 0
        order by comments desc, id limit {MOST_MARKS}
    ) most group by passage
"""  # noqa: S608 constants only
SELECT_PASSAGES = f"""
select p.lineage, p.kind, p.level, p.html as raw_html, p.text, p.position + 1 as number, p.page,
       case when p.page is distinct from lag(p.page) over (order by p.position) then p.page end as new_page,
       coalesce(b.supports, 0) as supports, coalesce(b.challenges, 0) as challenges,
       coalesce(b.adds, 0) as adds, coalesce(b.asks, 0) as asks, coalesce(b.none, 0) as none,
       coalesce(f.common, 0) as common, coalesce(f.dividing, 0) as dividing,
       q.words as quoted, q.comments as quoted_by,
       p.page is not null and r.original is not null and a.display = 'full' and not a.untitled as has_picture
from revision r join article a on a.id = r.article cross join {READABLE} p
left join passage_count b on b.thread = $2 and b.part = p.lineage::text
left join ({SELECT_VERDICTS}) f on f.passage = p.lineage
left join ({SELECT_QUOTED}) q on q.passage = p.lineage
where r.id = $1 order by p.position
"""  # noqa: S608 constants only
# A selection seldom covers more passages than this.
FOLLOWING = 20
FROM_PASSAGE = f"""
select o.lineage, o.text
from thread t join article a on a.id = t.article
join revision r on r.article = a.id and r.number = t.revision
join passage p on p.revision = r.id and p.lineage = $2
join {READABLE} o on o.position between p.position - 1 and p.position + $3
where t.id = $1 order by o.position
"""  # noqa: S608 constants only
SELECT_TEXT = f"""
select p.lineage, p.text
from thread t join article a on a.id = t.article
join revision r on r.article = a.id and r.number = $2 cross join {READABLE} p
where t.id = $1 and p.kind <> '{HIDDEN}' order by p.position
"""  # noqa: S608 constants only
SELECT_HAS_PASSAGE = """
select exists (
    select from passage p join revision r on r.id = p.revision join thread t on t.article = r.article
    where p.lineage = $2 and t.id = $1
)
"""
SELECT_MERGED = """
select m.lineage, m.into
from thread t join revision r on r.article = t.article join merged_passage m on m.revision = r.id
where t.id = $1
"""


class ArticleRow(msgspec.Struct, frozen=True):
    """An article as its thread shows it: the newest revision."""

    id: int
    url: str | None
    claimed_url: str | None
    site: str | None
    section: str | None
    bio: str | None
    licence: str | None
    reservations: list[str]
    display: str
    # What moderators restricted it to: '', `excerpt` or `none`.
    restricted: str
    untitled: bool
    # The member who pasted it had it erased.
    erased: bool
    # The lineages of passages that moderators removed.
    removed_passages: list[int]
    revision_id: int
    revision: int
    title: str
    byline: str | None
    lang: str | None
    dir: str | None
    published_at: datetime | None
    updated_at: datetime | None
    words: int
    # Whether the PDF that it was read from is kept and may be seen.
    has_original: bool
    passages_changed: int
    revision_at: datetime

    @property
    def address(self) -> str | None:
        """The address of its source, as a link for readers; perhaps only claimed."""
        return self.url or self.claimed_url

    @property
    def licence_name(self) -> str:
        return licence_name(self.licence or "")

    @property
    def passed_on(self) -> list[str]:
        """What machines are told: what its page reserves, and what the operator forbids (PARLEY_TRAINING)."""
        own = () if settings().training else ("noai", "tdm-reservation")
        return list(dict.fromkeys((*self.reservations, *own)))

    @property
    def is_reserved(self) -> bool:
        """Whether its page reserves text and data mining, or asks that no model be trained on it."""
        return not MINING.isdisjoint(self.reservations)

    @property
    def is_frozen(self) -> bool:
        """Whether moderators took the text, a part of it or the title down, so that nothing can be changed."""
        return bool(self.restricted or self.untitled or self.removed_passages)

    @property
    def minutes(self) -> int:
        return max(1, round(self.words / WORDS_A_MINUTE))

    @property
    def revised_at(self) -> datetime | None:
        """When the text last changed, or None if it never did."""
        return self.revision_at if self.revision > 1 else None


async def of_thread(thread_id: int) -> ArticleRow | None:
    return await db.fetch_one(ArticleRow, SELECT_CURRENT, thread_id)


class ArticleThread(msgspec.Struct, frozen=True):
    id: int
    slug: str
    title: str
    state: str

    @property
    def address(self) -> str:
        return f"/t/{self.id}/{self.slug}"


async def discussion_of(article: int) -> ArticleThread | None:
    return await db.fetch_one(ArticleThread, SELECT_THREAD, article)


class PassageRow(msgspec.Struct, frozen=True):
    """One passage of one revision, with the number of comments of each stance."""

    lineage: int
    kind: str
    level: int | None
    raw_html: str
    text: str
    # Its place in the article, from 1.
    number: int = 0
    # The page of a PDF on which it begins, and that page again if it is the first passage there.
    page: int | None = None
    new_page: int | None = None
    supports: int = 0
    challenges: int = 0
    adds: int = 0
    asks: int = 0
    none: int = 0
    # Statements on it that are common ground, and those on which the groups disagree.
    common: int = 0
    dividing: int = 0
    # Words of it that comments are about, and how many comments each.
    quoted: list[str] | None = None
    quoted_by: list[int] | None = None
    # Whether a picture of its page can be seen (imports/pdf_web.py).
    has_picture: bool = False

    @property
    def marked(self) -> Markup:
        """The passage's element, with marks around the words that comments are about."""
        return mark(self.raw_html, tuple(zip(self.quoted or (), self.quoted_by or (), strict=True)))

    @property
    def html(self) -> Markup:
        """The passage's element, sanitised on import (extraction/html/passages.py)."""
        return Markup(self.raw_html)  # noqa: S704 see the docstring

    @property
    def dir(self) -> str | None:
        """Its own writing direction, as it may be in another script than the article. None without letters."""
        sample = self.text[:SAMPLE]
        return direction_of(sample) if self.kind != "code" and any(map(str.isalpha, sample)) else None

    @property
    def depth(self) -> int:
        """How deep a list item is nested, from 1; deeper ones are drawn like the fourth."""
        return min(self.level or 1, DEEPEST) if self.kind == "item" else 1

    @property
    def balance(self) -> "PassageRow":
        return self

    @property
    def comment_count(self) -> int:
        return self.supports + self.challenges + self.adds + self.asks + self.none


async def passages(revision_id: int, thread_id: int) -> list[PassageRow]:
    """The passages of a revision in order, with the numbers of visible comments on each in a thread."""
    return await db.fetch(PassageRow, SELECT_PASSAGES, revision_id, thread_id)


class PassageText(msgspec.Struct, frozen=True):
    lineage: int
    text: str


async def from_passage(thread_id: int, lineage: int) -> list[PassageText]:
    """A passage of the newest revision, with the one before and those after. Empty when it is gone."""
    return await db.fetch(PassageText, FROM_PASSAGE, thread_id, lineage, FOLLOWING)


async def text(thread_id: int, number: int) -> list[PassageText]:
    """The passages of one revision of a thread's article as text, in order."""
    return await db.fetch(PassageText, SELECT_TEXT, thread_id, number)


async def has_passage(thread_id: int, lineage: int) -> bool:
    """Whether a revision of the thread's article has or had this passage."""
    return bool(await db.value(SELECT_HAS_PASSAGE, thread_id, lineage))


class MergedRow(msgspec.Struct, frozen=True):
    lineage: int
    into: int


async def merged_lineages(thread_id: int) -> dict[int, int]:
    """The merged lineages of a thread's article, each with the lineage that has its words now."""
    into = {row.lineage: row.into for row in await db.fetch(MergedRow, SELECT_MERGED, thread_id)}
    return {lineage: _end(lineage, into) for lineage in into}


def _end(lineage: int, into: Mapping[int, int]) -> int:
    """The end of a chain of merges. Stops at a cycle, which would be a bug, instead of hanging."""
    for _ in range(len(into)):
        if lineage not in into:
            break
        lineage = into[lineage]
    return lineage


class MediaRow(msgspec.Struct, frozen=True):
    mime: str
    data: bytes


async def media(digest: str) -> MediaRow | None:
    """A picture; None where no article that may be read in full shows it any more."""
    return await db.fetch_one(MediaRow, Media.select().where(Media.hash == digest, Media.hidden == False))  # noqa: E712 SQL
